"""How CloudFormation words the error of an API that a resource's handler called.

docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
"""

from __future__ import annotations

import uuid

from botocore.exceptions import ClientError

# Part of an API's error code → the handler error code that it becomes; the first that fits counts.
_CODES = (
    ("AccessDenied", "AccessDenied"),
    ("Throttl", "Throttling"),
    ("LimitExceeded", "ServiceLimitExceeded"),
    ("NotFound", "NotFound"),
    ("DoesNotExist", "NotFound"),
    ("NoSuch", "NotFound"),
    ("AlreadyExists", "AlreadyExists"),
    ("Conflict", "ResourceConflict"),
    ("Validation", "InvalidRequest"),
    ("Invalid", "InvalidRequest"),
    ("Malformed", "InvalidRequest"),
)


def handler_message(service: str, error: ClientError) -> str:
    """The reason of a failed resource: what the API answered, and which kind of failure CloudFormation takes it for."""
    details, about = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    code = str(details.get("Code", ""))
    return (
        f'Resource handler returned message: "{details.get("Message", code)} '
        f"(Service: {service}, Status Code: {about.get('HTTPStatusCode', 400)}, "
        f'Request ID: {about.get("RequestId", "")})" '
        f"(RequestToken: {uuid.uuid4()}, HandlerErrorCode: {_handler_error_code(code)})"
    )


def _handler_error_code(code: str) -> str:
    return next((handler for part, handler in _CODES if part in code), "GeneralServiceException")
