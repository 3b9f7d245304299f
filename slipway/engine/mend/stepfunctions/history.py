"""An execution's history, as GetExecutionHistory gives it.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Event = dict[str, Any]


class History:
    """Appends events to an execution's record; every event knows the one before it."""

    def __init__(self, record: dict[str, Any], written: Callable[[Event], None]) -> None:
        self._events: list[Event] = record["events"]
        self._written = written
        self._lock = threading.Lock()

    def add(self, kind: str, **details: Any) -> int:
        """Add an event and return its id. The details go under the member that the API names after the kind."""
        with self._lock:
            event: Event = {
                "id": len(self._events) + 1,
                "previousEventId": len(self._events),
                "type": kind,
                "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            }
            kept = {name: value for name, value in details.items() if value is not None}
            if kept:
                event[_member(kind)] = kept
            self._events.append(event)
        self._written(event)
        return int(event["id"])


def _member(kind: str) -> str:
    """`TaskStateEntered` and every other state's share one member; `TaskScheduled` has its own."""
    if kind.endswith(("StateEntered", "StateExited")):
        return "stateEnteredEventDetails" if kind.endswith("Entered") else "stateExitedEventDetails"
    return f"{kind[0].lower()}{kind[1:]}EventDetails"
