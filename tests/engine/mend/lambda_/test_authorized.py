"""The action and the resource that IAM asks of a call to Lambda."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.specification("docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html")
LAMBDA = "arn:aws:lambda:us-east-1:111122223333"
MAPPING = "11111111-2222-3333-4444-555555555555"
OF_MAPPING = f"event-source-mapping:{MAPPING}"


@pytest.fixture(scope="module")
def nobody(engine: Any) -> Any:
    """Lambda as somebody who may do nothing: each refusal says what was asked."""
    import boto3

    iam = engine.client("iam")
    iam.create_user(UserName="asks-lambda")
    key = iam.create_access_key(UserName="asks-lambda")["AccessKey"]
    return boto3.client(
        "lambda",
        endpoint_url=engine.url,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )


@pytest.mark.parametrize(
    ("operation", "params", "action", "resource"),
    [
        ("invoke", {"FunctionName": "f"}, "InvokeFunction", "function:f"),
        ("update_alias", {"FunctionName": "f", "Name": "live"}, "UpdateAlias", "function:f"),
        ("delete_alias", {"FunctionName": "f", "Name": "live"}, "DeleteAlias", "function:f"),
        ("get_alias", {"FunctionName": "f", "Name": "live"}, "GetAlias", "function:f"),
        ("delete_function_concurrency", {"FunctionName": "f"}, "DeleteFunctionConcurrency", "function:f"),
        ("put_function_event_invoke_config", {"FunctionName": "f"}, "PutFunctionEventInvokeConfig", "function:f"),
        ("delete_function_event_invoke_config", {"FunctionName": "f"}, "DeleteFunctionEventInvokeConfig", "function:f"),
        ("get_event_source_mapping", {"UUID": MAPPING}, "GetEventSourceMapping", OF_MAPPING),
        (
            "delete_event_source_mapping",
            {"UUID": MAPPING},
            "DeleteEventSourceMapping",
            f"event-source-mapping:{MAPPING}",
        ),
        ("get_layer_version", {"LayerName": "l", "VersionNumber": 1}, "GetLayerVersion", "layer:l:1"),
        ("delete_layer_version", {"LayerName": "l", "VersionNumber": 1}, "DeleteLayerVersion", "layer:l:1"),
        (
            "delete_layer_version",
            {"LayerName": f"{LAMBDA}:layer:l", "VersionNumber": 1},
            "DeleteLayerVersion",
            "layer:l:1",
        ),
        (
            "publish_layer_version",
            {"LayerName": f"{LAMBDA}:layer:l", "Content": {"ZipFile": b""}},
            "PublishLayerVersion",
            "layer:l",
        ),
    ],
)
def test_a_call_asks_for_its_own_action_on_its_own_resource(
    nobody: Any, operation: str, params: dict[str, Any], action: str, resource: str
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(nobody, operation)(**params)
    message = caught.value.response["Error"]["Message"]
    assert f"is not authorized to perform: lambda:{action} on resource: {LAMBDA}:{resource} because" in message
