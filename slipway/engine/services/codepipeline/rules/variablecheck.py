"""VariableCheck: a variable against a value.

docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-VariableCheck.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from slipway.engine.services.codepipeline.action_type import Key, RuleType
from slipway.engine.services.codepipeline.attempt import Attempt
from slipway.engine.services.codepipeline.outcome import ActionFailed, Link, Succeeded


def _matches(variable: str, pattern: str) -> bool:
    """Java's expressions and Python's agree on what is common in both; others are refused as invalid."""
    try:
        return re.fullmatch(pattern, variable) is not None
    except re.error as error:
        raise ActionFailed("ConfigurationError", f"'{pattern}' is not a regular expression: {error}") from error


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "EQ": lambda variable, value: variable == value,
    "NE": lambda variable, value: variable != value,
    "CONTAINS": lambda variable, value: value in variable,
    "MATCHES": _matches,
}


def start(attempt: Attempt) -> Succeeded:
    """Compare."""
    variable, value = attempt.configuration["Variable"], attempt.configuration["Value"]
    operator = attempt.configuration["Operator"]
    if not _OPERATORS[operator](variable, value):
        raise ActionFailed(
            "JobFailed", f"The variable has the value '{variable}', and {operator} '{value}' does not hold"
        )
    return Succeeded(link=Link(summary=f"'{variable}' {operator} '{value}'"))


RULE = RuleType(
    provider="VariableCheck",
    start=start,
    poll=start,
    keys={
        "Variable": Key(required=True),
        "Value": Key(required=True),
        "Operator": Key(required=True, values=tuple(_OPERATORS)),
    },
)
