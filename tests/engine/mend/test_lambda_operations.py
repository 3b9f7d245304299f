"""Operations of Lambda that MiniStack lacks or leaves half done."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway.engine.resources.lambda_.code import code_of


@pytest.fixture
def function(engine: Any, stacks: Any) -> Iterator[str]:
    client, name = engine.client("lambda"), f"operated-{uuid.uuid4().hex[:8]}"
    role = stacks.role("lambda.amazonaws.com", [{"Action": "logs:*", "Resource": "*"}])
    code = code_of({"ZipFile": "def handler(event, context): return 1"})
    client.create_function(FunctionName=name, Role=role, Runtime="python3.13", Handler="index.handler", Code=code)
    yield name
    client.delete_function(FunctionName=name)


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionEventInvokeConfig.html")
def test_what_an_update_of_the_event_invoke_config_leaves_out_stays(engine: Any, function: str) -> None:
    client = engine.client("lambda")
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="doesn't have an EventInvokeConfig"):
        client.update_function_event_invoke_config(FunctionName=function, MaximumRetryAttempts=1)
    client.put_function_event_invoke_config(FunctionName=function, MaximumEventAgeInSeconds=90)
    updated = client.update_function_event_invoke_config(FunctionName=function, MaximumRetryAttempts=1)
    assert (updated["MaximumRetryAttempts"], updated["MaximumEventAgeInSeconds"]) == (1, 90)


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html")
def test_only_the_code_that_is_named_is_published(engine: Any, function: str) -> None:
    client = engine.client("lambda")
    with pytest.raises(ClientError, match="is different from current CodeSHA256 in"):
        client.publish_version(FunctionName=function, CodeSha256="other")
    current = client.get_function_configuration(FunctionName=function)["CodeSha256"]
    assert client.publish_version(FunctionName=function, CodeSha256=current)["Version"] == "1"


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html")
def test_a_function_without_permissions_has_no_policy(engine: Any, function: str) -> None:
    client = engine.client("lambda")
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="No policy is associated"):
        client.get_policy(FunctionName=function)
