"""What Lambda refuses before it acts, and MiniStack does not.

docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import ACCOUNT, Engine
from slipway.engine.errors import AccessDenied, AwsError
from slipway.engine.mend.lambda_ import needs, runtimes, variables
from slipway.engine.mend.lambda_.invocation import CANNOT_ASSUME, PRINCIPAL
from slipway.engine.mend.s3 import check_read

SYNCHRONOUS_LIMIT = 6291456
ASYNCHRONOUS_LIMIT = 1048576
# "Deployment package size: 50 MB (zipped, for direct upload)", as the request's size in base64.
_UPLOAD_LIMIT = 69_905_067
_REFUSED = {
    "CapacityProviderConfig": "functions run on this machine",
    "CodeSigningConfigArn": "signatures are not verified",
    "DurableConfig": "durable executions are not replayed",
    "FileSystemConfigs": "file systems are not mounted",
    "KMSKeyArn": "variables are not encrypted under a key of the customer's",
    "KmsKeyArn": "variables are not encrypted under a key of the customer's",
    "TenancyConfig": "tenants are not kept apart",
}

ACCOUNT_CONCURRENCY = 1000
_LEAST_UNRESERVED = 100

# The access key that signed the request to Lambda.
signer: ContextVar[str] = ContextVar("slipway_lambda_signer")


def check_function(engine: Engine, properties: dict[str, Any]) -> None:
    """Refuse a function that could not run: its kind, its runtime, its role."""
    if properties.get("PackageType", "Zip") != "Zip":
        raise _invalid("PackageType Image is not executed here: container functions need Docker; use a .zip archive")
    if not properties.get("Runtime") or not properties.get("Handler"):
        raise _invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.")
    runtimes.check(properties["Runtime"])
    for name, what in _REFUSED.items():
        if properties.get(name):
            raise _invalid(f"{name} is not executed here: {what}")
    variables.check((properties.get("Environment") or {}).get("Variables") or {})
    if not engine.authorization.trusts(properties.get("Role", ""), PRINCIPAL, ""):
        raise _invalid(CANNOT_ASSUME)
    needs.check_function(engine, properties)


def check_layers(data: dict[str, Any]) -> None:
    """Refuse a layer that the engine does not hold; it would be an empty one."""
    reason = next(filter(None, map(layer_refusal, data.get("Layers") or [])), "")
    if reason:
        raise _invalid(reason)


def layer_refusal(layer: str) -> str:
    """Why a layer, given by the ARN of its version, cannot be attached, empty when it can: it is another account's."""
    owner = "".join(layer.split(":")[4:5])
    if not re.fullmatch(r"\d{12}", owner) or owner == ACCOUNT:
        return ""
    return (
        f"Layers: {layer} is a layer of account {owner} and is not executed here: the local engine holds layers of "
        f"{ACCOUNT} only; publish its content as a layer of your own and name that one"
    )


def check_upload(operation: str, data: dict[str, Any]) -> None:
    """Refuse a deployment package that is too large to be sent; larger ones go through S3."""
    package = data.get("ZipFile") or (data.get("Code") or {}).get("ZipFile") or ""
    if len(package) > _UPLOAD_LIMIT:
        text = f"Request must be smaller than {_UPLOAD_LIMIT} bytes for the {operation} operation"
        raise AwsError("RequestEntityTooLargeException", text, status=413)


def check_alias(function: dict[str, Any] | None, data: dict[str, Any]) -> None:
    """Refuse an alias of a version that is not there, or of two versions by weight."""
    if (data.get("RoutingConfig") or {}).get("AdditionalVersionWeights"):
        raise _invalid("RoutingConfig.AdditionalVersionWeights is not executed here: an alias leads to one version")
    version = data.get("FunctionVersion")
    if function is not None and version is not None and version not in ("$LATEST", *function["versions"]):
        arn = f"{function['config']['FunctionArn']}:{version}"
        raise AwsError("ResourceNotFoundException", f"Function not found: {arn}", status=404)


def check_concurrency(functions: Iterable[dict[str, Any]], name: str, reserved: int) -> None:
    """Refuse a reservation that leaves too little for the functions that have none.

    docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """
    others = sum(found["concurrency"] or 0 for found in functions if found["config"]["FunctionName"] != name)
    if ACCOUNT_CONCURRENCY - others - reserved < _LEAST_UNRESERVED:
        raise _invalid(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
            f"below its minimum value of [{_LEAST_UNRESERVED}]."
        )


def fetch_code(bucket: str, key: str, version_id: str | None = None) -> bytes:
    """The deployment package in S3, read with the rights of whoever makes the function, or the error that AWS gives."""
    s3 = adapter.part("services.s3")
    if bucket not in s3._buckets:
        raise _s3_error("NoSuchBucket", "The specified bucket does not exist")
    try:
        check_read(signer.get(), bucket, key)
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
