"""A definition is checked when its machine is made, changed or validated; the findings are in AWS's words.

| module | what it looks for |
| --- | --- |
| `fields` | which fields a state may and must have, by type and query language |
| `values` | numbers out of range, retriers, variables' names |
| `flow` | where states lead: missing targets, unreachable states, names taken twice |
| `references` | the syntax of JSONPath, of intrinsic functions, and of Choice rules |
| `expressions` | the syntax of JSONata |
| `resources` | Task resources that nothing executes, arguments that an API does not have |

docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from slipway.engine.services.stepfunctions.definition.expressions import check_expressions
from slipway.engine.services.stepfunctions.definition.fields import check_machine
from slipway.engine.services.stepfunctions.definition.finding import Finding
from slipway.engine.services.stepfunctions.definition.flow import check_flow
from slipway.engine.services.stepfunctions.definition.references import check_references
from slipway.engine.services.stepfunctions.definition.resources import check_resources
from slipway.engine.services.stepfunctions.definition.values import check_values

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
    yield from check_values(machine)
    yield from check_flow(machine)
    yield from check_references(machine)
    yield from check_expressions(machine)
    yield from check_resources(machine)


def message(found: list[Finding]) -> str:
    """The text of InvalidDefinition."""
    return f"Invalid State Machine Definition: '{', '.join(str(finding) for finding in found)}'"
