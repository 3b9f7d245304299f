"""What Lambda refuses before it acts, and MiniStack does not.

docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import json
import re
from contextvars import ContextVar
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import Engine
from slipway.engine.errors import AccessDenied, AwsError
from slipway.engine.mend.cloudformation.authority import acting
from slipway.engine.mend.lambda_.invocation import CANNOT_ASSUME, PRINCIPAL
from slipway.engine.mend.s3 import check_read

SYNCHRONOUS_LIMIT = 6291456
ASYNCHRONOUS_LIMIT = 1048576
_RUNTIME = re.compile(r"python3\.\d+")

# The access key that signed the request to Lambda; empty while CloudFormation makes a function.
signer: ContextVar[str] = ContextVar("slipway_lambda_signer", default="")


def check_function(engine: Engine, properties: dict[str, Any]) -> None:
    """Refuse a function that could not run: its kind, its runtime, its role."""
    if properties.get("PackageType", "Zip") != "Zip":
        raise _invalid("PackageType Image is not executed here: container functions need Docker; use a .zip archive")
    runtime = properties.get("Runtime", "")
    if not _RUNTIME.fullmatch(runtime):
        raise _invalid(f"Runtime {runtime} is not executed here: functions run on Python (python3.x)")
    if not engine.authorization.trusts(properties.get("Role", ""), PRINCIPAL, ""):
        raise _invalid(CANNOT_ASSUME)


def fetch_code(bucket: str, key: str, version_id: str | None = None) -> bytes:
    """The deployment package in S3, read with the rights of whoever makes the function, or the error that AWS gives."""
    s3 = adapter.part("services.s3")
    if bucket not in s3._buckets:
        raise _s3_error("NoSuchBucket", "The specified bucket does not exist")
    try:
        check_read(signer.get() or acting().credentials.access_key_id, bucket, key)
    except AccessDenied as denied:
        raise AwsError(
            "AccessDeniedException",
            "Your access has been denied by S3, please make sure your request credentials have permission to GetObject "
            f"for {bucket}/{key}. S3 Error Code: AccessDenied. S3 Error Message: {denied.message}",
            status=403,
        ) from denied
    found: bytes | None = s3._get_object_data(bucket, key, version_id=version_id)
    if found is None:
        code = "NoSuchVersion" if version_id else "NoSuchKey"
        raise _s3_error(code, f"The specified {'version' if version_id else 'key'} does not exist.")
    return found


def check_invocation(body: bytes, headers: dict[str, str]) -> None:
    """Refuse a payload that is too large or no JSON."""
    asynchronous = headers.get("x-amz-invocation-type", "RequestResponse") == "Event"
    limit = ASYNCHRONOUS_LIMIT if asynchronous else SYNCHRONOUS_LIMIT
    if len(body) > limit:
        operation = "InvokeAsync" if asynchronous else "InvokeFunction"
        text = f"Request must be smaller than {limit} bytes for the {operation} operation"
        raise AwsError("RequestEntityTooLargeException", text, status=413)
    if body:
        try:
            json.loads(body)
        except ValueError as error:
            text = f"Could not parse request body into json: {error}"
            raise AwsError("InvalidRequestContentException", text, status=400) from error


def _s3_error(code: str, message: str) -> AwsError:
    return _invalid(f"Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message}")


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message, status=400)
