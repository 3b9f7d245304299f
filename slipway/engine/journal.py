"""The call journal: one JSON line for every API call, who made it and what was decided.

    {"time", "request", "caller", "service", "operation",
     "checks": [{"action", "resource", "decision", "kind", "policy", "statement"}], "status", "error", "fault", "job"}

`kind` is the kind of policy that decided; `policy` names it (`role/<role>/<policy>`, an ARN) and `statement` gives the
Sid or the place of its statement, where one decided. `fault` is the number of the rule that made this error, or this
delay, and `job` what else it hit: without one, what went wrong went wrong by itself.
Times are Unix seconds. No parameter and no secret is ever written.
"""

from __future__ import annotations

import contextlib
import contextvars
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slipway.engine.policy import Decision

_current: contextvars.ContextVar[Entry | None] = contextvars.ContextVar("slipway_journal_entry", default=None)


@dataclass
class Entry:
    """One call, filled in while it passes the dispatcher's steps."""

    request: str
    service: str
    operation: str
    caller: str = ""
    checks: list[dict[str, str]] = field(default_factory=list)
    status: int = 0
    error: str = ""
    fault: str = ""
    job: str = ""

    def line(self) -> dict[str, Any]:
        """The journal's JSON object for this call."""
        return {
            "time": round(time.time(), 3),
            "request": self.request,
            "caller": self.caller,
            "service": self.service,
            "operation": self.operation,
            "checks": self.checks,
            "status": self.status,
            **{name: value for name in ("error", "fault", "job") if (value := getattr(self, name))},
        }


def current() -> Entry | None:
    """The entry of the call that this thread or task is serving."""
    return _current.get()


def note_check(caller: str, action: str, resource: str, decision: Decision) -> None:
    """Add an authorization decision, and the policy statement that it stands on, to the current call's entry."""
    entry = _current.get()
    if entry is None:
        return
    entry.caller = entry.caller or caller
    by = {"policy": decision.policy, "statement": decision.statement} if decision.policy else {}
    entry.checks.append(
        {"action": action, "resource": resource, "decision": decision.effect, "kind": decision.kind, **by}
    )


@contextlib.contextmanager
def noting(entry: Entry) -> Iterator[Entry]:
    """Make `entry` the current one, to which decisions are added."""
    token = _current.set(entry)
    try:
        yield entry
    finally:
        _current.reset(token)


class Journal:
    """Appends entries to `path`; safe for threads, and each line is written whole."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8", buffering=1)

    @contextlib.contextmanager
    def call(self, entry: Entry) -> Iterator[Entry]:
        """Make `entry` the current one, and write it when the call ends."""
        try:
            with noting(entry):
                yield entry
        finally:
            self.write(entry)

    def write(self, entry: Entry) -> None:
        """Write one line."""
        line = json.dumps(entry.line(), separators=(",", ":")) + "\n"
        with self._lock:
            self._file.write(line)

    def close(self) -> None:
        """Flush and close."""
        with self._lock:
            self._file.close()
