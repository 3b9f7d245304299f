"""The call journal: one JSON line for every API call, who made it and what was decided.

    {"time", "request", "caller", "service", "operation",
     "checks": [{"action", "resource", "decision", "kind", "policy", "statement", "weighed"}],
     "status", "error", "fault", "job"}

`kind` is the kind of policy that decided; `policy` names it (`role/<role>/<policy>`, an ARN) and `statement` gives the
Sid or the place of its statement, where one decided.
`slipway.engine.weighed` says what else is there of a decision. `fault` is the number of the rule that made this error,
or this delay, and `job` what else it hit: without one, what went wrong went wrong by itself.
Times are Unix seconds. No parameter and no secret is ever written, unless a policy's condition compares it.
"""

from __future__ import annotations

import contextlib
import contextvars
import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slipway.engine.weighed import Weighed

_current: contextvars.ContextVar[Entry | None] = contextvars.ContextVar("slipway_journal_entry", default=None)


@dataclass
class Entry:
    """One call, filled in while it passes the dispatcher's steps."""

    request: str
    service: str
    operation: str
    caller: str = ""
    checks: list[dict[str, Any]] = field(default_factory=list)
    status: int = 0
    error: str = ""
    documents: dict[str, str] = field(default_factory=dict)
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


def note_check(action: str, resource: str, weighed: Weighed) -> None:
    """Add an authorization decision, the policy statement that it stands on, and the rest that was weighed."""
    entry = _current.get()
    if entry is None:
        return
    decision = weighed.decision
    entry.caller = entry.caller or weighed.principal.name
    by = {"policy": decision.policy, "statement": decision.statement} if decision.policy else {}
    made = {"action": action, "resource": resource, "decision": decision.effect, "kind": decision.kind, **by}
    entry.checks.append({**made, "weighed": weighed.line()})
    entry.documents.update(weighed.documents())


@contextlib.contextmanager
def noting(entry: Entry) -> Iterator[Entry]:
    """Make `entry` the current one, to which decisions are added."""
    token = _current.set(entry)
    try:
        yield entry
    finally:
        _current.reset(token)


class Journal:
    """Appends entries to `path`, and policies that were weighed to the file beside it.

    Safe for threads, and each line is written whole; a policy's before the first that names it.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._policies = path.with_name("policies.jsonl").open("a", encoding="utf-8", buffering=1)
        self._written: set[str] = set()

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
            self._write_policies(entry.documents)
            self._file.write(line)

    def _write_policies(self, documents: Mapping[str, str]) -> None:
        for identifier in documents.keys() - self._written:
            self._policies.write(json.dumps({"id": identifier, "document": json.loads(documents[identifier])}) + "\n")
            self._written.add(identifier)

    def close(self) -> None:
        """Flush and close."""
        with self._lock:
            self._file.close()
            self._policies.close()
