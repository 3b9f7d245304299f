"""An engine that is killed in the middle of things, and started again."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slipway import local

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
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
LONG = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 86400, "End": True}}}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """The folder of an engine, which is stopped in the end."""
    yield tmp_path / ".slipway"
    running = local.find(tmp_path / ".slipway")
    if running is not None:
        running.stop()


def killed_and_started(engine: local.LocalEngine) -> local.LocalEngine:
    os.kill(engine.pid, signal.SIGKILL)
    while Path(f"/proc/{engine.pid}").exists() and "Z" not in Path(f"/proc/{engine.pid}/stat").read_text().split()[2]:
        time.sleep(0.02)
    return local.start(engine.home, port=local.free_port())


def saved(engine: local.LocalEngine, text: str) -> None:
    """Wait until the state on disk mentions `text`."""
    folder = engine.home / "state" / "ministack"
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if any(text in path.read_text(errors="ignore") for path in folder.rglob("*") if path.is_file()):
            return
        time.sleep(0.1)
    raise AssertionError(f"{text} was not saved")


def settled(cloudformation: Any) -> dict[str, Any]:
    """The interrupted stack, once it is in progress no more."""
    deadline = time.monotonic() + 20
    while True:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName="interrupted")["Stacks"][0]
        if not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return stack
        assert time.monotonic() < deadline, stack
        time.sleep(0.05)


def test_an_interrupted_stack_can_be_deleted_and_an_interrupted_execution_has_failed(home: Path) -> None:
    engine = local.start(home, port=local.free_port())
    engine.client("cloudformation").create_stack(StackName="interrupted", TemplateBody=json.dumps(WAITING))
    role = engine.client("iam").create_role(RoleName="machine", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    states = engine.client("stepfunctions")
    machine = states.create_state_machine(name="long", definition=json.dumps(LONG), roleArn=role["Arn"])
    execution = states.start_execution(stateMachineArn=machine["stateMachineArn"], name="interrupted-one")
    saved(engine, "interrupted-one")

    again = killed_and_started(engine)

    cloudformation = again.client("cloudformation")
    stack = settled(cloudformation)
    assert (stack["StackStatus"], stack["StackStatusReason"]) == (
        "CREATE_FAILED",
        "The engine restarted during the operation",
    )
    cloudformation.delete_stack(StackName=stack["StackId"])
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and stack["StackStatus"] != "DELETE_COMPLETE":
        stack = cloudformation.describe_stacks(StackName=stack["StackId"])["Stacks"][0]
    assert stack["StackStatus"] == "DELETE_COMPLETE"
    assert again.client("sns").list_topics()["Topics"] == []

    states = again.client("stepfunctions")
    described = states.describe_execution(executionArn=execution["executionArn"])
    assert (described["status"], described["error"]) == ("FAILED", "States.Runtime")
    assert described["cause"] == "The engine restarted while the execution was running"
    history = states.get_execution_history(executionArn=execution["executionArn"])["events"]
    assert history[-1]["type"] == "ExecutionFailed"
