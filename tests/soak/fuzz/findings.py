"""What a fuzz run counts, and what it must not find."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

# Refusals by name of what the engine does not execute (docs/local-engine.md).
_REFUSED = 501


@dataclass(frozen=True)
class Finding:
    """Something that must not be: what was sent, in a form that can be sent again, and what came of it."""

    turn: int
    kind: str
    what: str
    sent: str

    @property
    def place(self) -> str:
        """What it is told from others by: the last line of a traceback, else the beginning of the answer."""
        return f"{self.kind} {self.what.strip().splitlines()[-1][:120]}"

    def __str__(self) -> str:
        return f"turn {self.turn}, {self.kind}: {self.what}\n    sent: {self.sent}"


@dataclass
class Outcome:
    """The figures of a run."""

    requests: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    operations: set[tuple[str, str]] = field(default_factory=set)
    succeeded: set[tuple[str, str]] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def found(self, finding: Finding) -> bool:
        """Keep a finding; whether it is the first of its kind."""
        self.seen[finding.place] += 1
        if self.seen[finding.place] == 1:
            self.findings.append(finding)
        return self.seen[finding.place] == 1

    def answered(self, status: int) -> None:
        """Count an answer by its class; a connection that was closed without one has 0."""
        name = "501" if status == _REFUSED else f"{status // 100}xx" if status else "closed"
        self.statuses[name] += 1

    def line(self, seconds: float, known: int, megabytes: tuple[int, int]) -> str:
        """The figures, in one line."""
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in sorted(self.requests.items()))
        statuses = ", ".join(f"{number:,} {status}" for status, number in sorted(self.statuses.items()))
        return (
            f"{seconds:.0f} s: {self.requests.total():,} inputs ({kinds}); {len(self.operations)} of {known} operations"
            f" called, {len(self.succeeded)} with success; answers: {statuses}; engine {megabytes[0]} MB before,"
            f" {megabytes[1]} MB after; findings: {len(self.findings)}"
            + (f", seen {self.seen.total()} times" if self.findings else "")
        )
