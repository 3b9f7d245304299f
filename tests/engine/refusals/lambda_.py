"""Lambda: docs.aws.amazon.com/lambda/latest/api."""

import io
import zipfile
from typing import Any

from tests.engine.refusals.attempt import FUNCTION, NAME, ROLE, Attempt, call, operation

SERVICE = "lambda"


def _code() -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return event\n")
    return body.getvalue()


CODE: dict[str, Any] = {
    "FunctionName": f"{NAME}-refused",
    "Role": ROLE,
    "Runtime": "python3.13",
    "Handler": "index.handler",
    "Code": {"ZipFile": _code()},
}


def function(item: str, says: str, **members: Any) -> Attempt:
    return call(item, says, SERVICE, "create_function", **CODE | members)


STREAM = "arn:aws:kinesis:us-east-1:111122223333:stream/refused"
KEY = "arn:aws:kms:us-east-1:111122223333:key/refused"
LAYER = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV2:60"
WEIGHTS = {"AdditionalVersionWeights": {"2": 0.1}}

ATTEMPTS = (
    function("Other runtimes", "nodejs22.x", Runtime="nodejs22.x"),
    function("`PackageType: Image`", "Image", PackageType="Image", Code={"ImageUri": "a/b:1"}),
    call(
        "event sources other than SQS queues",
        STREAM,
        SERVICE,
        "create_event_source_mapping",
        EventSourceArn=STREAM,
        FunctionName=FUNCTION,
        StartingPosition="LATEST",
    ),
    call(
        "weights of aliases",
        "RoutingConfig",
        SERVICE,
        "create_alias",
        FunctionName=FUNCTION,
        Name="live",
        FunctionVersion="1",
        RoutingConfig=WEIGHTS,
    ),
    operation("function URLs", SERVICE, "CreateFunctionUrlConfig", "create_function_url_config", FunctionName=NAME),
    operation(
        "provisioned concurrency",
        SERVICE,
        "PutProvisionedConcurrencyConfig",
        "put_provisioned_concurrency_config",
        FunctionName=NAME,
        Qualifier="live",
    ),
    function("file systems", "FileSystemConfigs", FileSystemConfigs=[{"Arn": "a", "LocalMountPath": "/mnt/a"}]),
    function("code signing", "CodeSigningConfigArn", CodeSigningConfigArn="a"),
    function("durable functions", "DurableConfig", DurableConfig={"ExecutionTimeout": 60}),
    function("tenants", "TenancyConfig", TenancyConfig={"TenantIsolationMode": "PER_TENANT"}),
    function("capacity providers", "CapacityProviderConfig", CapacityProviderConfig={}),
    function("variables under a customer's key", "KMSKeyArn", KMSKeyArn=KEY),
    function("layers of other accounts", "is a layer of account 017000801446", Layers=[LAYER]),
)
