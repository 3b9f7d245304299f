"""The errors that every service has, by the names that its protocol gives them.

The engine raises them under their JSON names; services differ in what they call them, and S3 in what it says.

docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html (Query)
docs.aws.amazon.com/codepipeline/latest/APIReference/CommonErrors.html (JSON)
docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
"""

from __future__ import annotations

from collections.abc import Mapping

from slipway.engine.errors import AwsError

_QUERY: Mapping[str, str] = {
    "AccessDeniedException": "AccessDenied",
    "ExpiredTokenException": "ExpiredToken",
    "IncompleteSignatureException": "IncompleteSignature",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "RequestExpired": "SignatureDoesNotMatch",
    "RequestTimeTooSkewed": "SignatureDoesNotMatch",
    "SerializationException": "MalformedQueryString",
    "UnknownOperationException": "InvalidAction",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "ValidationException": "ValidationError",
}
_S3: Mapping[str, str] = {
    "AccessDeniedException": "AccessDenied",
    "ExpiredTokenException": "ExpiredToken",
    "IncompleteSignatureException": "AuthorizationHeaderMalformed",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "MissingAuthenticationTokenException": "AccessDenied",
    "RequestExpired": "AccessDenied",
    "SerializationException": "MalformedXML",
    "UnknownOperationException": "MethodNotAllowed",
    "UnrecognizedClientException": "InvalidAccessKeyId",
    "ValidationException": "InvalidArgument",
}
_JSON: Mapping[str, str] = {
    "RequestExpired": "InvalidSignatureException",
    "RequestTimeTooSkewed": "InvalidSignatureException",
}
_BY_PROTOCOL: Mapping[str, Mapping[str, str]] = {"query": _QUERY, "rest-xml": _S3}
_BY_SERVICE: Mapping[str, Mapping[str, str]] = {
    "apigateway": {"ValidationException": "BadRequestException"},
    "logs": {"ValidationException": "InvalidParameterException"},
    "sns": {"AccessDeniedException": "AuthorizationError", "ValidationException": "InvalidParameter"},
    "sqs": {"AccessDeniedException": "AccessDenied"},
}


def as_named_by(service: str, protocol: str, error: AwsError) -> AwsError:
    """The error under the name that the service gives it; services' own errors are what they are."""
    code = _BY_SERVICE.get(service, {}).get(error.code) or _BY_PROTOCOL.get(protocol, _JSON).get(error.code)
    return AwsError(code, error.message, status=error.status, **error.fields) if code else error
