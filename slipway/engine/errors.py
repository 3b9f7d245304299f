"""What the engine raises.

AwsError                 an error that the caller sees, in AWS's shape
├── AccessDenied         authorization failed
└── ValidationFailed     the request does not fit botocore's model
ResourceFailed           a CloudFormation resource could not be made (slipway.engine.resource)
ProcessFailed            a child process could not be started (slipway.engine.processes)
"""

from __future__ import annotations


class AwsError(Exception):
    """An error answered to the caller.

    `code` is AWS's error code; `status` the HTTP status, taken from the service's model when it is None;
    `fields` further members of the error's shape.
    """

    def __init__(self, code: str, message: str, *, status: int | None = None, **fields: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields


class AccessDenied(AwsError):
    """The caller's policies do not allow the call.

    The message follows docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html.
    """

    def __init__(self, principal: str, action: str, resource: str, reason: str = "") -> None:
        because = reason or f"because no identity-based policy allows the {action} action"
        # docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html: S3 quotes the resource.
        named = f'"{resource}"' if action.startswith("s3:") else resource
        message = f"User: {principal} is not authorized to perform: {action} on resource: {named} {because}"
        super().__init__("AccessDeniedException", message, status=403)
        self.principal = principal
        self.explicit = because.startswith("with an explicit deny")


class ValidationFailed(AwsError):
    """The request has a missing, unknown or wrongly typed parameter."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message, status=400)
