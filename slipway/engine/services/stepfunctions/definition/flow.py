"""Where states lead: every target exists, every state is reached, and the machine can end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.services.stepfunctions.definition.finding import Finding, all_states, machines

_MISSING = "MISSING_TRANSITION_TARGET"


def check_flow(machine: Mapping[str, Any]) -> Iterator[Finding]:
    """Missing targets, unreachable states, and names that two states of one machine share."""
    for inner, path, _ in machines(machine):
        yield from _check_one(inner, path)
    seen: set[str] = set()
    for name, _, path, _ in all_states(machine):
        if name in seen:
            yield Finding("DUPLICATE_STATE_NAME", f"State name '{name}' is not unique in the state machine", path)
        seen.add(name)


def _check_one(machine: Mapping[str, Any], path: str) -> Iterator[Finding]:
    inside = machine["States"]
    if machine["StartAt"] not in inside:
        yield Finding(_MISSING, f"Missing 'StartAt' target: {machine['StartAt']}", f"{path}/StartAt")
        return
    for name, state in inside.items():
        for field, target in _targets(state):
            if target not in inside:
                field_name = field.rpartition("/")[2]
                yield Finding(_MISSING, f"Missing '{field_name}' target: {target}", f"{path}/States/{name}/{field}")
    reached = _reached(machine["StartAt"], inside)
    for name in inside:
        if name not in reached:
            yield Finding(_MISSING, f'State "{name}" is not reachable.', f"{path}/States/{name}")


def _reached(start: str, inside: Mapping[str, Any]) -> set[str]:
    reached, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name in inside and name not in reached:
            reached.add(name)
            waiting += [target for _, target in _targets(inside[name])]
    return reached


def _targets(state: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every state that a state can lead to, with the field that says so."""
    for field in ("Next", "Default"):
        if field in state:
            yield field, state[field]
    for member in ("Choices", "Catch"):
        for index, entry in enumerate(state.get(member, [])):
            yield f"{member}/{index}/Next", entry["Next"]
