"""The `.sync` pattern: start a job, wait for its end, give its description; stop it when nobody waits any more.

AWS learns of the end from a managed EventBridge rule, and asks for it too. The engine asks, often and then less often.
https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from slipway.engine.integrations.task import TaskCall, TaskCancelled, TaskFailed

_FIRST_PAUSE, _LAST_PAUSE, _GROWTH = 0.05, 0.5, 1.3

Answer = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """A kind of job: how it is started, looked at, judged and stopped.

    `status` gives None while the job runs, else whether it succeeded.
    """

    start: Callable[[TaskCall], Answer]
    describe: Callable[[TaskCall, Answer], Answer]
    status: Callable[[Answer], bool | None]
    stop: Callable[[TaskCall, Answer], Any]
    result: Callable[[Answer], Any] = lambda description: description

    def run(self, call: TaskCall) -> Any:
        """Run one job to its end; `States.TaskFailed` with its description when it did not succeed."""
        started = call.earlier if call.earlier is not None else self._submit(call)
        # Once the job runs, no single call decides about it: AWS learns of its end from an event, too.
        going_on = replace(call, caller=call.caller.patient())
        try:
            description = self._wait(going_on, started)
        except TaskCancelled:
            self.stop(going_on, started)
            raise
        result = self.result(description)
        if not self.status(description):
            raise TaskFailed("States.TaskFailed", json.dumps(result))
        return result

    def _submit(self, call: TaskCall) -> Answer:
        started = self.start(call)
        call.submitted(started)
        return started

    def _wait(self, call: TaskCall, started: Answer) -> Answer:
        pause = _FIRST_PAUSE
        while True:
            description = self.describe(call, started)
            if self.status(description) is not None:
                return description
            call.pause(pause)
            pause = min(pause * _GROWTH, _LAST_PAUSE)


def outcome(path: str, succeeded: str, running: frozenset[str]) -> Callable[[Answer], bool | None]:
    """Judge a job by one member of its description."""

    def status(description: Answer) -> bool | None:
        value = description.get(path)
        return None if value in running else value == succeeded

    return status
