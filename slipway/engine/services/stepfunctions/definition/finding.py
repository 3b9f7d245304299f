"""One thing that is wrong with a definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SCHEMA = "SCHEMA_VALIDATION_FAILED"


@dataclass(frozen=True)
class Finding:
    """A code of ValidateStateMachineDefinition, a sentence, a JSON pointer to its place; a WARNING refuses nothing."""

    code: str
    text: str
    location: str
    severity: str = "ERROR"

    @property
    def is_ours(self) -> bool:
        """Whether AWS would find nothing wrong: this engine does not execute it."""
        return "not executed by this engine" in self.text

    def __str__(self) -> str:
        return f"{self.code}: {self.text} at {self.location or '/'}"


def machines(machine: Mapping[str, Any], path: str = "", language: str = "") -> Iterator[tuple[Any, str, str]]:
    """A machine and every one inside it, with its path and its query language."""
    own = str(machine.get("QueryLanguage") or language or "JSONPath")
    yield machine, path, own
    for name, state in machine["States"].items():
        for inner, where in inner_machines(state, f"{path}/States/{name}"):
            yield from machines(inner, where, str(state.get("QueryLanguage") or own))


def inner_machines(state: Mapping[str, Any], path: str) -> Iterator[tuple[Any, str]]:
    """The machines inside a Parallel or a Map."""
    for index, branch in enumerate(state.get("Branches", [])):
        yield branch, f"{path}/Branches/{index}"
    for member in ("ItemProcessor", "Iterator"):
        if member in state:
            yield state[member], f"{path}/{member}"


def all_states(machine: Mapping[str, Any]) -> Iterator[tuple[str, Any, str, str]]:
    """Every state at every depth: name, state, path, query language."""
    for inner, path, language in machines(machine):
        for name, state in inner["States"].items():
            yield name, state, f"{path}/States/{name}", str(state.get("QueryLanguage") or language)
