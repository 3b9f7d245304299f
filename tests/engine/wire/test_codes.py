"""The errors that every service has, under the name that each gives them."""

from __future__ import annotations

import gzip

import pytest

from slipway.engine import wire
from slipway.engine.errors import AwsError
from slipway.engine.wire.codes import as_named_by

pytestmark = pytest.mark.specification("docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html")


@pytest.mark.parametrize(
    ("service", "protocol", "code", "named"),
    [
        ("codepipeline", "json", "AccessDeniedException", "AccessDeniedException"),
        ("iam", "query", "AccessDeniedException", "AccessDenied"),
        ("sns", "query", "AccessDeniedException", "AuthorizationError"),
        ("sqs", "json", "AccessDeniedException", "AccessDenied"),
        ("s3", "rest-xml", "InvalidSignatureException", "SignatureDoesNotMatch"),
        ("s3", "rest-xml", "UnrecognizedClientException", "InvalidAccessKeyId"),
        ("s3", "rest-xml", "RequestTimeTooSkewed", "RequestTimeTooSkewed"),
        ("sts", "query", "RequestTimeTooSkewed", "SignatureDoesNotMatch"),
        ("lambda", "rest-json", "RequestTimeTooSkewed", "InvalidSignatureException"),
        ("s3", "rest-xml", "RequestExpired", "AccessDenied"),
        ("cloudformation", "query", "ValidationException", "ValidationError"),
        ("apigateway", "rest-json", "ValidationException", "BadRequestException"),
        ("codecommit", "json", "RepositoryDoesNotExistException", "RepositoryDoesNotExistException"),
    ],
)
def test_a_common_error_has_the_service_s_name(service: str, protocol: str, code: str, named: str) -> None:
    error = as_named_by(service, protocol, AwsError(code, "why", status=403, Detail="more"))
    assert (error.code, error.message, error.status, error.fields) == (named, "why", 403, {"Detail": "more"})


@pytest.mark.specification("smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait")
def test_a_packed_body_is_unpacked() -> None:
    packed = wire.WireRequest("POST", "/", {}, {"content-encoding": "gzip"}, gzip.compress(b"{}"), sha256="packed")
    assert wire.inflated(packed).body == b"{}"


@pytest.mark.specification("smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait")
def test_what_only_says_that_it_is_packed_stays_what_it_is() -> None:
    plain = wire.WireRequest("POST", "/", {}, {"content-encoding": "gzip"}, b"{}")
    assert wire.inflated(plain).body == b"{}"
