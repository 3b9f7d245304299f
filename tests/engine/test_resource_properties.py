"""What the resource types have in common."""

from __future__ import annotations

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from slipway.engine.resource import ResourceCall, ResourceFailed
from slipway.engine.resource_properties import or_removed

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract.html"
)


def creation(said: list[str]) -> ResourceCall:
    nobody = cast("Any", None)
    return ResourceCall(nobody, nobody, "stack", "Topic", {}, began=said.append, resource_type="AWS::SNS::Topic")


def test_what_is_not_finished_yet_is_known_to_the_stack_when_the_engine_is_killed() -> None:
    said: list[str] = []
    with or_removed(creation(said), "arn:topic"):
        assert said == ["arn:topic"]


def test_what_cannot_be_finished_is_to_be_removed() -> None:
    response: Any = {"Error": {"Code": "InvalidParameter", "Message": "no"}, "ResponseMetadata": {}}
    with (
        pytest.raises(ResourceFailed, match=r'"no \(Service: SNS, Status Code: 400') as caught,
        or_removed(creation([]), "arn:topic"),
    ):
        raise ClientError(response, "SetTopicAttributes")
    assert caught.value.physical_id == "arn:topic"
