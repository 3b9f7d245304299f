"""Executions of an engine that is killed go on in the next one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slipway import local
from tests.engine.conftest import RunningEngine
from tests.engine.mend.account import eventually, function
from tests.engine.restart import killed
from tests.engine.services.stepfunctions.conftest import Machines

pytestmark = pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/welcome.html")

# The first time it takes its time, so that the kill meets it; then it is done at once.
SLOW = """
import pathlib, time

def handler(event, context):
    tried = pathlib.Path(event)
    if not tried.exists():
        tried.touch()
        time.sleep(60)
    return "done"
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """The folder of an engine, which is stopped in the end."""
    yield tmp_path / ".slipway"
    running = local.find(tmp_path / ".slipway")
    if running is not None:
        running.stop()


def started(home: Path) -> Machines:
    return Machines(RunningEngine(local.start(home, port=local.free_port())))


def ask(queue: str) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Arguments": {"QueueUrl": queue, "MessageBody": {"token": "{% $states.context.Task.Token %}"}},
        "End": True,
    }


def test_executions_go_on_where_they_were(home: Path) -> None:
    before = started(home)
    queue = before.engine.client("sqs").create_queue(QueueName="asked")["QueueUrl"]
    slow = function(before.engine, "slow", SLOW, Timeout=90)
    wait = {"Wait": {"Type": "Wait", "Seconds": 2, "Next": "Done"}, "Done": {"Type": "Succeed", "Output": "waited"}}
    both = {
        "Type": "Parallel",
        "Branches": [{"StartAt": "Ask", "States": {"Ask": ask(queue)}}, {"StartAt": "Wait", "States": wait}],
        "End": True,
    }
    call = {"Type": "Task", "Resource": slow, "Arguments": "{% $states.input.tried %}", "End": True}
    going_on = before.start(before.create({"Both": both}, {"Action": "sqs:SendMessage"}), a=1)
    calling = before.start(
        before.create({"Call": call}, {"Action": "lambda:InvokeFunction"}), tried=str(home / "tried")
    )
    eventually(lambda: "TaskSubmitted" in before.kinds(going_on))
    eventually((home / "tried").exists)
    (message,) = before.engine.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    killed(before.engine.engine)

    after = started(home)
    after.states.send_task_success(taskToken=json.loads(message["Body"])["token"], output='"answered"')
    assert json.loads(after.ended(going_on)["output"]) == ["answered", "waited"]
    assert after.kinds(going_on).count("TaskScheduled") == 1

    interrupted = after.ended(calling)
    assert (interrupted["status"], interrupted["error"]) == ("FAILED", "States.Runtime")
    assert "The engine ended while the state 'Call' made its call; it may have been made" in interrupted["cause"]
    after.states.redrive_execution(executionArn=calling)
    assert json.loads(after.ended(calling)["output"]) == "done"


def test_an_engine_that_stops_makes_no_task_fail_into_its_catcher(home: Path) -> None:
    before = started(home)
    slow = function(before.engine, "slow", SLOW, Timeout=90)
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
    call = {"Type": "Task", "Resource": slow, "Arguments": str(home / "tried"), "Catch": catch, "End": True}
    machine = before.create({"Call": call, "Caught": {"Type": "Succeed"}}, {"Action": "lambda:InvokeFunction"})
    execution = before.start(machine)
    eventually((home / "tried").exists)
    before.engine.engine.stop()

    after = started(home)
    assert after.ended(execution)["status"] == "FAILED"
    assert "SucceedStateEntered" not in after.kinds(execution)
