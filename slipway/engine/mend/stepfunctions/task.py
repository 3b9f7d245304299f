"""A Task state's attempt: the call behind its `Resource`, under the state machine's role, within its time.

https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
"""

from __future__ import annotations

import contextvars
import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slipway.engine import integrations
from slipway.engine.engine import current
from slipway.engine.errors import AwsError
from slipway.engine.integrations import lambda_
from slipway.engine.integrations.task import TaskCall, TaskCancelled, TaskFailed
from slipway.engine.mend.stepfunctions import ministack
from slipway.engine.mend.stepfunctions.run import Run

_CALLBACK = ".waitForTaskToken"
# "If you don't specify … the default is 99999999" (seconds).
_NO_LIMIT = 99_999_999
_SHORTEST_WAIT = 0.05


@dataclass
class Attempt:
    """One attempt: what is called, with what, and within which real seconds."""

    run: Run
    name: str
    resource: str
    arguments: Any
    timeout: float = _NO_LIMIT
    heartbeat: float = _NO_LIMIT
    token: str = ""
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _outcome: list[Callable[[], Any]] = field(default_factory=list)
    _done: threading.Event = field(default_factory=threading.Event)

    def perform(self) -> Any:
        """Make the call and return its result; TaskFailed, or TaskCancelled when the execution was ended."""
        self._note("TaskScheduled", region=current().region, parameters=json.dumps(self.arguments), **self._limits())
        self._note("TaskStarted")
        try:
            result = self._within_time()
        except TaskFailed as failure:
            kind = "TaskTimedOut" if failure.error == "States.Timeout" else "TaskFailed"
            self._note(kind, error=failure.error, cause=failure.cause)
            raise
        self._note("TaskSucceeded", output=json.dumps(result), outputDetails={"truncated": False})
        return result

    def _limits(self) -> dict[str, int]:
        limits = {"timeoutInSeconds": self.timeout, "heartbeatInSeconds": self.heartbeat}
        return {name: int(seconds) for name, seconds in limits.items() if seconds != _NO_LIMIT}

    def _note(self, kind: str, **details: Any) -> None:
        resource_type, action = described(self.resource)
        self.run.history.add(kind, resourceType=resource_type, resource=action, **details)

    def _within_time(self) -> Any:
        """Call in a thread, so that time running out or the execution's end needs no consent of the call."""
        thread = threading.Thread(target=contextvars.copy_context().run, args=(self._work,), daemon=True)
        thread.start()
        try:
            self._wait(time.monotonic() + self.timeout)
        except (TaskFailed, TaskCancelled):
            # The call's own loop sees this and stops the job that it started.
            self._cancelled.set()
            raise
        return self._outcome[0]()

    def _wait(self, deadline: float) -> None:
        while not self._done.wait(min(_SHORTEST_WAIT, max(deadline - time.monotonic(), 0))):
            self.run.check_not_cancelled()
            if time.monotonic() >= deadline:
                raise TaskFailed("States.Timeout", "")

    def _work(self) -> None:
        try:
            result = self._call()
        except TaskCancelled:
            return
        except TaskFailed as failure:
            self._outcome.append(_raising(failure))
        except AwsError as error:
            self._outcome.append(_raising(TaskFailed("States.TaskFailed", error.message)))
        except Exception as error:  # noqa: BLE001 - a fault of an integration is the task's failure, never a hang
            self._outcome.append(_raising(TaskFailed("States.Runtime", f"{type(error).__name__}: {error}")))
        else:
            self._outcome.append(lambda: result)
        self._done.set()

    def _call(self) -> Any:
        if ":function:" in self.resource:
            return lambda_.invoke_function(self.run.caller(), self.resource, self.arguments)
        integration = integrations.find(self.resource)
        if integration is None:
            raise TaskFailed("States.Runtime", f"The resource {self.resource} is not executed by this engine")
        call = TaskCall(
            caller=self.run.caller(),
            arguments=self.arguments,
            execution_arn=self.run.arn,
            submitted=lambda answer: self._note("TaskSubmitted", output=json.dumps(answer)),
            cancelled=self._cancelled,
        )
        if self.token:
            return self._with_callback(lambda: integration.run(call), call)
        return integration.run(call)

    def _with_callback(self, request: Callable[[], Any], call: TaskCall) -> Any:
        """Make the request that carries the token, then wait for whoever has it."""
        tokens = ministack.task_tokens()
        waiting: dict[str, Any] = {"event": threading.Event(), "result": None, "error": None, "heartbeat": None}
        tokens[self.token] = waiting
        try:
            call.submitted(request())
            self._await(waiting, call)
        finally:
            tokens.pop(self.token, None)
        if waiting["error"]:
            raise TaskFailed(waiting["error"]["Error"], waiting["error"]["Cause"])
        return json.loads(waiting["result"])

    def _await(self, waiting: dict[str, Any], call: TaskCall) -> None:
        beat, seen = time.monotonic(), None
        while not waiting["event"].wait(_SHORTEST_WAIT):
            call.pause(0)
            if waiting["heartbeat"] != seen:
                beat, seen = time.monotonic(), waiting["heartbeat"]
            if time.monotonic() - beat > self.heartbeat:
                raise TaskFailed("States.HeartbeatTimeout", "")


def _raising(failure: TaskFailed) -> Callable[[], Any]:
    def fail() -> Any:
        raise failure

    return fail


def described(resource: str) -> tuple[str, str]:
    """`resourceType` and `resource` of an event: (sagemaker, createTrainingJob.sync), (aws-sdk:s3, getObject)."""
    if ":function:" in resource:
        return "lambda", resource
    name = resource.split(":::", 1)[-1]
    service, _, action = name.removeprefix("aws-sdk:").partition(":")
    return (f"aws-sdk:{service}" if name.startswith("aws-sdk:") else service), action


def new_token(resource: str) -> str:
    """A task token for a callback, empty for the other patterns."""
    return f"{uuid.uuid4()}" if resource.endswith(_CALLBACK) else ""
