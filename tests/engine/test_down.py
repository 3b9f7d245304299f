"""`slipway down` ends an engine at once, whatever waits in it, and leaves no process."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from slipway import local
from tests.engine.conftest import RunningEngine
from tests.engine.mend.account import EVERYTHING_LOGGED, eventually, function, log, queue, role
from tests.engine.services.codepipeline.conftest import Desk, approval
from tests.soak.soak import children

pytestmark = pytest.mark.specification("docs.aws.amazon.com/general/latest/gr/aws-service-information.html")

# It would not end when it is asked to.
BUILDSPEC = """version: 0.2
phases:
  build:
    commands:
      - trap '' TERM; echo asleep; while true; do sleep 600; done
"""
SLEEPS = """
import time

def handler(event, context):
    print("asleep")
    time.sleep(60)
"""
FAILS = """
def handler(event, context):
    print("fails")
    raise RuntimeError("so that it is invoked again in a minute")
"""
ANSWERS_NOBODY = """
def handler(event, context):
    print(event["RequestType"])
"""
WAITS_FOR_A_DAY = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 86400, "End": True}}}
WAITS_FOR_A_SIGNAL = {
    "Resources": {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "43200"},
        },
    }
}


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """An engine as a child of this test, which so learns how it ended."""
    home = tmp_path / ".slipway"
    command = [sys.executable, "-m", "slipway.engine.server", str(home), "--port", str(local.free_port())]
    with subprocess.Popen(command) as started:
        yield started
        started.kill()
    local.remove(home)


@pytest.fixture
def engine(process: subprocess.Popen[bytes], tmp_path: Path) -> RunningEngine:
    """The clients of that engine."""
    return RunningEngine(eventually(lambda: local.find(tmp_path / ".slipway")))


def test_down_ends_an_engine_in_which_everything_waits(process: subprocess.Popen[bytes], engine: RunningEngine) -> None:
    for begin in (_build, _functions, _execution, _stacks, _approval, _long_poll):
        begin(engine)
    assert children(engine.home)
    down = [str(Path(sys.executable).parent / "slipway"), "down", "--home", str(engine.home)]
    subprocess.run(down, check=True, capture_output=True)
    assert process.wait(0) == 0, "it had to be killed"
    assert children(engine.home) == []


def _build(engine: RunningEngine) -> None:
    """A build that does not end by SIGTERM."""
    service_role = role(engine, "builds", "codebuild.amazonaws.com", [EVERYTHING_LOGGED])
    environment = {
        "type": "LINUX_CONTAINER",
        "image": "aws/codebuild/standard:8.0",
        "computeType": "BUILD_GENERAL1_SMALL",
    }
    codebuild = engine.client("codebuild")
    codebuild.create_project(
        name="sleeps",
        source={"type": "NO_SOURCE", "buildspec": BUILDSPEC},
        artifacts={"type": "NO_ARTIFACTS"},
        environment=environment,
        serviceRole=service_role,
    )
    codebuild.start_build(projectName="sleeps")
    eventually(lambda: "asleep" in map(str.strip, log(engine, "/aws/codebuild/sleeps")))


def _functions(engine: RunningEngine) -> None:
    """One that is called and one that was handed an event sleep; another one's event waits to be tried again."""
    function(engine, "sleeps", SLEEPS, Timeout=90)
    function(engine, "fails", FAILS)
    lambda_ = engine.client("lambda")
    for name in ("sleeps", "fails"):
        lambda_.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
    _in_a_thread(lambda: lambda_.invoke(FunctionName="sleeps", Payload=b"{}"))
    eventually(lambda: sum("asleep" in line for line in log(engine, "/aws/lambda/sleeps")) == 2)
    eventually(lambda: any("RuntimeError" in line for line in log(engine, "/aws/lambda/fails")))


def _execution(engine: RunningEngine) -> None:
    states = engine.client("stepfunctions")
    machine = states.create_state_machine(
        name="waits", definition=json.dumps(WAITS_FOR_A_DAY), roleArn=role(engine, "machines", "states.amazonaws.com")
    )["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]

    def entered() -> bool:
        events = states.get_execution_history(executionArn=execution)["events"]
        return any(event["type"] == "WaitStateEntered" for event in events)

    eventually(entered)


def _stacks(engine: RunningEngine) -> None:
    """One waits for a signal, one for a provider that does not answer."""
    provider = function(engine, "silent", ANSWERS_NOBODY)
    custom = {"Type": "Custom::Silent", "Properties": {"ServiceToken": provider}}
    cloudformation = engine.client("cloudformation")
    for name, template in (("signal", WAITS_FOR_A_SIGNAL), ("silent", {"Resources": {"Custom": custom}})):
        cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))

    def begun() -> bool:
        events = cloudformation.describe_stack_events(StackName="signal")["StackEvents"]
        return any(event["LogicalResourceId"] == "Wait" for event in events)

    eventually(begun)
    eventually(lambda: any("Create" in line for line in log(engine, "/aws/lambda/silent")))


def _approval(engine: RunningEngine) -> None:
    desk = Desk(engine)
    desk.token(desk.create(approval()))


def _long_poll(engine: RunningEngine) -> None:
    url, _ = queue(engine, "empty")
    _in_a_thread(lambda: engine.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20))


def _in_a_thread(call: Callable[[], Any]) -> None:
    """Make a call that has no answer before the engine ends."""

    def work() -> None:
        with pytest.raises((BotoCoreError, ClientError)):
            call()

    threading.Thread(target=work, daemon=True).start()
