"""Jobs that a task waits for."""

from __future__ import annotations

import json
import threading
from typing import Any, cast

import pytest

from slipway.engine.caller import Caller
from slipway.engine.integrations.sync import Job, outcome
from slipway.engine.integrations.task import TaskCall, TaskCancelled, TaskFailed

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync"
)


class FakeJob:
    """A job that goes through given states."""

    def __init__(self, *states: str) -> None:
        self._states = list(states)
        self.stopped: list[Any] = []
        self.job = Job(
            start=lambda call: {"Id": call.arguments["Id"]},
            describe=lambda _call, _started: {
                "State": self._states.pop(0) if len(self._states) > 1 else self._states[0]
            },
            status=outcome("State", "Done", frozenset({"Running"})),
            stop=lambda _call, started: self.stopped.append(started["Id"]),
        )


class Anybody:
    """A role that makes no calls."""

    def patient(self) -> Anybody:
        return self


def call(**fields: Any) -> TaskCall:
    return TaskCall(caller=cast(Caller, Anybody()), arguments={"Id": "j"}, execution_arn="arn", **fields)


def test_a_job_is_waited_for_and_described() -> None:
    submitted: list[Any] = []
    assert FakeJob("Running", "Running", "Done").job.run(call(submitted=submitted.append)) == {"State": "Done"}
    assert submitted == [{"Id": "j"}]


def test_a_job_that_does_not_succeed_fails_the_task_with_its_description() -> None:
    with pytest.raises(TaskFailed) as caught:
        FakeJob("Running", "Broken").job.run(call())
    assert caught.value.error == "States.TaskFailed"
    assert json.loads(caught.value.cause) == {"State": "Broken"}


def test_a_job_that_nobody_waits_for_is_stopped() -> None:
    cancelled = threading.Event()
    cancelled.set()
    fake = FakeJob("Running")
    with pytest.raises(TaskCancelled):
        fake.job.run(call(cancelled=cancelled))
    assert fake.stopped == ["j"]
