"""The syntax of every `{% … %}` in a JSONata state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.services.stepfunctions.definition.finding import Finding, all_states
from slipway.engine.services.stepfunctions.language import jsonata

# Machines inside a state are looked at on their own.
_INNER = frozenset({"Branches", "ItemProcessor", "Iterator"})


def check_expressions(machine: Mapping[str, Any]) -> Iterator[Finding]:
    """Expressions that do not parse, or are not closed."""
    for _, state, path, language in all_states(machine):
        if language == "JSONata":
            own = {name: value for name, value in state.items() if name not in _INNER}
            yield from _check(own, path)


def _check(value: Any, path: str) -> Iterator[Finding]:
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _check(member, f"{path}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _check(item, f"{path}/{index}")
    elif isinstance(value, str) and value.startswith("{%"):
        problem = jsonata.syntax_error(value[2:-2].strip()) if value.endswith("%}") else "The expression is not closed"
        if problem:
            yield Finding("INVALID_JSONATA_EXPRESSION", problem, path)
