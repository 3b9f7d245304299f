"""A definition is checked when its machine is made, changed or validated; the findings are in AWS's words.

| module | what it looks for |
| --- | --- |
| `fields` | which fields a state may and must have, by type and query language |
| `flow` | where states lead: missing targets, unreachable states, names taken twice |
| `expressions` | the syntax of JSONata |
| `resources` | Task resources that nothing executes, arguments that an API does not have |

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from slipway.engine.mend.stepfunctions.definition.expressions import check_expressions
from slipway.engine.mend.stepfunctions.definition.fields import check_machine
from slipway.engine.mend.stepfunctions.definition.finding import Finding
from slipway.engine.mend.stepfunctions.definition.flow import check_flow
from slipway.engine.mend.stepfunctions.definition.resources import check_resources

__all__ = ["Finding", "findings", "message"]


def findings(definition: str) -> list[Finding]:
    """Everything that is wrong with a definition; the shape first, since the rest relies on it."""
    try:
        machine: Any = json.loads(definition)
    except ValueError as error:
        return [Finding("INVALID_JSON_DESCRIPTION", f"{error}", "")]
    shape = list(check_machine(machine))
    return shape or list(_deeper(machine))


def _deeper(machine: dict[str, Any]) -> Iterator[Finding]:
    yield from check_flow(machine)
    yield from check_expressions(machine)
    yield from check_resources(machine)


def message(found: list[Finding]) -> str:
    """The text of InvalidDefinition."""
    return f"Invalid State Machine Definition: '{', '.join(str(finding) for finding in found)}'"
