"""An execution's history, as GetExecutionHistory gives it.

docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from slipway.engine.integrations.task import TaskCancelled, TaskFailed
from slipway.engine.services.stepfunctions.records import now
from slipway.engine.store import Table

Event = dict[str, Any]

# docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: "a hard quota of 25,000 entries"
MOST_EVENTS = 25_000
_ENDS = frozenset({"ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"})


class History:
    """Appends events to an execution's history; every event knows the one before it."""

    def __init__(self, table: Table, written: Callable[[Event], None]) -> None:
        self._table = table
        self._written = written
        self._count = len(table)
        self._closed = False
        self._lock = threading.Lock()

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
            event: Event = {
                "id": self._count,
                "previousEventId": self._count - 1,
                "type": kind,
                "timestamp": now(),
            }
            kept = {name: value for name, value in details.items() if value is not None}
            if kept:
                event[_member(kind)] = kept
            self._table[f"{self._count:06}"] = event
        self._written(event)
        return int(event["id"])


def _member(kind: str) -> str:
    """`TaskStateEntered` and every other state's share one member; `TaskScheduled` has its own."""
    if kind.endswith(("StateEntered", "StateExited")):
        return "stateEnteredEventDetails" if kind.endswith("Entered") else "stateExitedEventDetails"
    return f"{kind[0].lower()}{kind[1:]}EventDetails"
