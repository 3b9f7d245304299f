"""What a check has to say, and what of it is suppressed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong: the file, relative to the bundle's root, the line, the rule and a sentence."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule} {self.message}"


class CheckFailed(Exception):
    """A check did not come to a result: its tool is not there, or ended without an answer."""
