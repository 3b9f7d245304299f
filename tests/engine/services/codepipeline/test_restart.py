"""What becomes of an execution when the engine dies under it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from slipway import local
from tests.engine.conftest import RunningEngine, start
from tests.engine.services.codepipeline.conftest import Desk, approval, invoke

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codepipeline/latest/userguide/actions-retry.html")

SLOW = """
import boto3, time
codepipeline = boto3.client("codepipeline")

def handler(event, context):
    time.sleep(2)
    codepipeline.put_job_success_result(jobId=event["CodePipeline.job"]["id"], outputVariables={"a": "b"})
"""


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[RunningEngine]:
    """An engine of this test's own."""
    started = start(tmp_path / ".slipway")
    yield started
    running = local.find(started.home)
    if running is not None:
        running.stop()


def revive(desk: Desk) -> Desk:
    """Kill the engine as a power cut does, start it again, and look at it with new clients."""
    old = desk.engine.engine
    os.kill(old.pid, signal.SIGKILL)
    while local.is_running(old.pid):
        time.sleep(0.02)
    desk.engine = RunningEngine(local.start(old.home, port=local.free_port(), clock_factor=old.clock_factor))
    desk.codepipeline = desk.engine.client("codepipeline")
    desk.s3 = desk.engine.client("s3")
    return desk


def test_an_approval_still_waits_with_its_token_after_the_engine_was_killed(mortal: RunningEngine) -> None:
    desk = Desk(mortal)
    name = desk.create(approval())
    token = desk.token(name)
    revive(desk)
    assert desk.token(name) == token
    desk.decide(name, token=token)
    desk.finish(name)


def test_a_queue_goes_on_after_the_engine_was_killed(mortal: RunningEngine) -> None:
    desk = Desk(mortal)
    name = desk.create(approval(), executionMode="QUEUED")
    desk.token(name)
    desk.start(name)
    desk.wait(lambda: "inboundExecution" in desk.stage(name, "Test"))
    revive(desk)
    desk.decide(name)
    desk.finish(name)
    desk.decide(name)
    desk.finish(name, 1)


def test_a_function_gets_its_job_again_after_the_engine_was_killed(mortal: RunningEngine) -> None:
    desk = Desk(mortal)
    name = desk.create({"name": "Run", "actions": [invoke("Invoke", desk.function(SLOW))]})
    desk.wait(lambda: [item for item in desk.actions(name) if item["actionName"] == "Invoke"])
    revive(desk)
    desk.finish(name)
    assert desk.action(name, "Invoke")["output"]["outputVariables"] == {"a": "b"}
