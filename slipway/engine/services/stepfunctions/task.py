"""A Task state's attempt: the call behind its `Resource`, under the state machine's role, within its time.

docs.aws.amazon.com/step-functions/latest/dg/state-task.html
"""

from __future__ import annotations

import contextvars
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slipway.engine import integrations
from slipway.engine.errors import AwsError
from slipway.engine.integrations import lambda_
from slipway.engine.integrations.task import TaskCall, TaskCancelled, TaskFailed
from slipway.engine.services.stepfunctions import callbacks
from slipway.engine.services.stepfunctions.position import Position
from slipway.engine.services.stepfunctions.run import Run, limited

_CALLBACK = ".waitForTaskToken"
# "If you don't specify … the default is 99999999" (seconds).
_NO_LIMIT = 99_999_999
_SHORTEST_WAIT = 0.05
_WHOLE = {"truncated": False}


@dataclass
class Attempt:
    """One attempt: what is called, with what, and within which real seconds.

    The position remembers how the call goes, so that the next engine waits for the same job or token.
    """

    run: Run
    name: str
    resource: str
    arguments: Any
    position: Position
    timeout: float = _NO_LIMIT
    heartbeat: float = _NO_LIMIT
    token: str = ""
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _outcome: list[Callable[[], Any]] = field(default_factory=list)
    _done: threading.Event = field(default_factory=threading.Event)

    def perform(self) -> Any:
        """Make the call and return its result; TaskFailed, or TaskCancelled when the execution was ended."""
        words = _words(self.resource)
        self._begin(words)
        try:
            result = self._within_time()
        except TaskFailed as failure:
            timed_out = failure.error in ("States.Timeout", "States.HeartbeatTimeout")
            self._note(words, "TimedOut" if timed_out else "Failed", error=failure.error, cause=failure.cause)
            raise
        self._note(words, "Succeeded", output=limited(self.name, "output", result), outputDetails=_WHOLE)
        return result

    def _begin(self, words: Words) -> None:
        """Tell that the call is made; when an earlier engine has told it, it was made already or nobody knows."""
        call = self.position.place.get("call")
        if call is None:
            self.position.note(call={"token": self.token})
            self._note(words, "Scheduled", **words.scheduled(self))
            self._note(words, "Started")
        elif "answer" not in call:
            cause = f"The engine ended while the state '{self.name}' made its call; it may have been made"
            raise TaskFailed("States.Runtime", cause)

    def _note(self, words: Words, moment: str, **details: Any) -> None:
        self.run.history.add(f"{words.prefix}{moment}", **(words.common if moment != "Scheduled" else {}), **details)

    def _submitted(self, answer: Any) -> None:
        """The job was started, or the token was sent."""
        words = _words(self.resource)
        # First what the next engine goes by: who sees the event may rely on it.
        self.position.note(call={"token": self.token, "answer": answer})
        self._note(words, "Submitted", output=limited(self.name, "output", answer), outputDetails=_WHOLE)

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
            submitted=self._submitted,
            cancelled=self._cancelled,
            earlier=(self.position.place.get("call") or {}).get("answer"),
        )
        return self._with_callback(integration, call) if self.token else integration.run(call)

    def _with_callback(self, integration: integrations.Integration, call: TaskCall) -> Any:
        """Make the request that carries the token, then wait for whoever has it."""
        waiting = callbacks.wait_for(self.token, self.run.machine["stateMachineArn"])
        try:
            if call.earlier is None:
                call.submitted(integration.run(call))
            self._await(waiting, call)
        finally:
            callbacks.give_up(self.token)
        if waiting.error is not None:
            raise TaskFailed(waiting.error, waiting.cause)
        return waiting.output

    def _await(self, waiting: callbacks.Waiting, call: TaskCall) -> None:
        while not waiting.answered.wait(_SHORTEST_WAIT):
            call.pause(0)
            if time.monotonic() - waiting.beat > self.heartbeat:
                raise TaskFailed("States.HeartbeatTimeout", "")


@dataclass(frozen=True)
class Words:
    """How the history speaks of a task: `Task…` with its resource, or `LambdaFunction…` for a function's own ARN."""

    prefix: str
    common: dict[str, str]

    def scheduled(self, attempt: Attempt) -> dict[str, Any]:
        """The details of the first event."""
        limit = {"timeoutInSeconds": attempt.timeout, "heartbeatInSeconds": attempt.heartbeat}
        limits = {name: int(seconds) for name, seconds in limit.items() if seconds != _NO_LIMIT}
        text = limited(attempt.name, "input", attempt.arguments)
        if self.prefix == "Task":
            return {**self.common, "region": attempt.run.engine.region, "parameters": text, **limits}
        limits.pop("heartbeatInSeconds", None)
        return {"resource": attempt.resource, "input": text, "inputDetails": _WHOLE, **limits}


def _words(resource: str) -> Words:
    """`resourceType` and `resource` of an event: (sagemaker, createTrainingJob.sync), (aws-sdk:s3, getObject)."""
    if ":function:" in resource:
        return Words("LambdaFunction", {})
    name = resource.split(":::", 1)[-1]
    service, _, action = name.removeprefix("aws-sdk:").partition(":")
    kind = f"aws-sdk:{service}" if name.startswith("aws-sdk:") else service
    return Words("Task", {"resourceType": kind, "resource": action})


def _raising(failure: TaskFailed) -> Callable[[], Any]:
    def fail() -> Any:
        raise failure

    return fail


def token_of(resource: str, place: Mapping[str, Any]) -> str:
    """The token of a callback: the one that was sent already, else a fresh one; empty for the other patterns."""
    if not resource.endswith(_CALLBACK):
        return ""
    return str((place.get("call") or {}).get("token") or uuid.uuid4())
