"""One running execution: its record, its role, and the event that ends it."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from slipway.engine.caller import Caller
from slipway.engine.engine import Engine
from slipway.engine.integrations.task import TaskCancelled, TaskFailed
from slipway.engine.services.stepfunctions.history import History
from slipway.engine.store import Record

PRINCIPAL = "states.amazonaws.com"
# docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: input or output of a task, state or execution
PAYLOAD_BYTES = 256 * 1024


class Cancellation:
    """Whether anybody still waits: for the whole execution, or for one branch of it."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._inner: list[Cancellation] = []

    def inner(self) -> Cancellation:
        """One for a branch, which ends with this one."""
        made = Cancellation()
        self._inner.append(made)
        if self._event.is_set():
            made.cancel()
        return made

    def cancel(self) -> None:
        """Nobody waits any more, here or further in."""
        self._event.set()
        for inner in self._inner:
            inner.cancel()

    def pause(self, real_seconds: float) -> None:
        """Wait; TaskCancelled as soon as nobody waits any more."""
        if self._event.wait(max(real_seconds, 0)):
            raise TaskCancelled


@dataclass(frozen=True)
class Run:
    """What the states of one execution share. `machine` is the state machine as it was at the start."""

    engine: Engine
    record: Record
    machine: Record
    history: History
    cancellation: Cancellation = field(default_factory=Cancellation)
    # Set once the execution has ended and all that it tells was told.
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def arn(self) -> str:
        """The execution's ARN."""
        return str(self.record["executionArn"])

    @cached_property
    def definition(self) -> Record:
        """The state machine's definition."""
        found: Record = json.loads(self.machine["definition"])
        return found

    def caller(self) -> Caller:
        """A session of the state machine's role."""
        name = str(self.record["name"])[:64]
        return self.engine.as_role(self.machine["roleArn"], PRINCIPAL, name, self.machine["stateMachineArn"])

    def branch(self) -> Run:
        """The same run for one of several branches, which can be cancelled alone."""
        return replace(self, cancellation=self.cancellation.inner())

    def pause(self, real_seconds: float) -> None:
        """Wait; TaskCancelled as soon as the execution, or this branch of it, is ended."""
        self.cancellation.pause(real_seconds)

    def check_not_cancelled(self) -> None:
        """TaskCancelled when the execution, or this branch of it, was ended."""
        self.pause(0)


_runs: dict[str, Run] = {}
_lock = threading.Lock()


def started(run: Run) -> None:
    """Remember a run, so that it can be stopped."""
    with _lock:
        _runs[run.arn] = run


def ended(run: Run) -> None:
    """Forget a run."""
    with _lock:
        _runs.pop(run.arn, None)
    run.over.set()


def running(execution_arn: str) -> Run | None:
    """The run of an execution, None when it has ended."""
    with _lock:
        return _runs.get(execution_arn)


def limited(name: str, kind: str, value: Any) -> str:
    """A payload as JSON text; States.DataLimitExceeded when it is larger than the quota."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    if len(text.encode()) > PAYLOAD_BYTES:
        moved = "returned a result" if kind == "output" else "received an input"
        cause = f"The state/task '{name}' {moved} with a size exceeding the maximum number of bytes service limit."
        raise TaskFailed("States.DataLimitExceeded", cause)
    return text
