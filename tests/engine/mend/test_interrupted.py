"""An engine that is killed in the middle of things, and started again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slipway import local
from tests.engine.restart import killed_and_started

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html")

WAITING: dict[str, Any] = {
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle", "DependsOn": "Topic"},
        "Wait": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "43200"},
        },
    }
}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """The folder of an engine, which is stopped in the end."""
    yield tmp_path / ".slipway"
    running = local.find(tmp_path / ".slipway")
    if running is not None:
        running.stop()


def settled(cloudformation: Any) -> dict[str, Any]:
    """The interrupted stack, once it is in progress no more."""
    deadline = time.monotonic() + 60
    while True:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName="interrupted")["Stacks"][0]
        if not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return stack
        assert time.monotonic() < deadline, stack
        time.sleep(0.05)


def test_an_interrupted_stack_can_be_deleted(home: Path) -> None:
    engine = local.start(home, port=local.free_port())
    engine.client("cloudformation").create_stack(StackName="interrupted", TemplateBody=json.dumps(WAITING))
    again = killed_and_started(engine)

    cloudformation = again.client("cloudformation")
    stack = settled(cloudformation)
    assert (stack["StackStatus"], stack["StackStatusReason"]) == (
        "CREATE_FAILED",
        "The engine restarted during the operation",
    )
    cloudformation.delete_stack(StackName=stack["StackId"])
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and stack["StackStatus"] != "DELETE_COMPLETE":
        stack = cloudformation.describe_stacks(StackName=stack["StackId"])["Stacks"][0]
    assert stack["StackStatus"] == "DELETE_COMPLETE"
    assert again.client("sns").list_topics()["Topics"] == []
