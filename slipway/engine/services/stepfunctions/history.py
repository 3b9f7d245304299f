"""An execution's history, as GetExecutionHistory gives it.

docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from slipway.engine.integrations.task import TaskCancelled, TaskFailed
from slipway.engine.services.stepfunctions.records import now
from slipway.engine.store import Table

Event = dict[str, Any]

# docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: "a hard quota of 25,000 entries"
MOST_EVENTS = 25_000
_ENDS = frozenset({"ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"})


# The last event of the walk that a thread is on; shared with the threads that help it, not with other branches.
_walk: ContextVar[list[int] | None] = ContextVar("slipway_history_walk", default=None)


def branch() -> None:
    """Follow the events of a branch from here on: its first one knows the one before the branches."""
    before = _walk.get()
    _walk.set(list(before) if before else None)


class History:
    """Appends events to an execution's history; every event knows the one before it in its own branch."""

    def __init__(self, table: Table, written: Callable[[Event], None]) -> None:
        self._table = table
        self._written = written
        self._count = len(table)
        self._closed = False
        self._lock = threading.Lock()

    def follow(self) -> None:
        """Follow the events of the whole execution: at its beginning, and when its branches have come together."""
        walk = _walk.get()
        if walk:
            walk[0] = self._count
        else:
            _walk.set([self._count])

    def add(self, kind: str, **details: Any) -> int:
        """Add an event and return its id. The details go under the member that the API names after the kind.

        The last of the 25,000 is the execution's end. After the end there is none: TaskCancelled.
        """
        with self._lock:
            if self._closed:
                raise TaskCancelled
            self._closed = kind in _ENDS
            if self._count >= MOST_EVENTS - 1 and not kind.startswith("Execution"):
                cause = f"The execution reached the maximum number of history events ({MOST_EVENTS})."
                raise TaskFailed("States.Runtime", cause)
            self._count += 1
            walk = _walk.get()
            event: Event = {
                "id": self._count,
                "previousEventId": walk[0] if walk else self._count - 1,
                "type": kind,
                "timestamp": now(),
            }
            kept = {name: value for name, value in details.items() if value is not None}
            if kept:
                event[_member(kind)] = kept
            self._table[f"{self._count:06}"] = event
            if walk:
                walk[0] = self._count
        self._written(event)
        return int(event["id"])


def _member(kind: str) -> str:
    """`TaskStateEntered` and every other state's share one member; `TaskScheduled` has its own."""
    if kind.endswith(("StateEntered", "StateExited")):
        return "stateEnteredEventDetails" if kind.endswith("Entered") else "stateExitedEventDetails"
    return f"{kind[0].lower()}{kind[1:]}EventDetails"
