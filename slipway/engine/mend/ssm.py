"""Systems Manager: a parameter's value fits its AllowedPattern and its tier, and it has a hundred versions at most.

Policies of a parameter are refused.

docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html
docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from slipway.engine import adapter

_SERVICE = "services.ssm"
_STANDARD_BYTES = 4096
_ADVANCED_BYTES = 8192
_VERSIONS = 100
Put = Callable[[dict[str, Any]], Any]


def apply() -> None:
    """Put our function in MiniStack's place."""
    adapter.replace(_SERVICE, "_put_parameter", _checked)


def _checked(put: Put) -> Put:
    def put_parameter(data: dict[str, Any]) -> Any:
        code, message = _fault(data)
        if code:
            return adapter.part(_SERVICE).error_response_json(code, message, 400)
        history = adapter.part(_SERVICE)._parameter_history.get(data.get("Name")) or []
        if data.get("Overwrite") and len(history) >= _VERSIONS:
            if history[0]["Labels"]:
                return adapter.part(_SERVICE).error_response_json(
                    *_oldest_is_labelled(data["Name"], history[0]["Version"]), 400
                )
            del history[0]
        return put(data)

    return put_parameter


def _oldest_is_labelled(name: str, oldest: int) -> tuple[str, str]:
    return "ParameterMaxVersionLimitExceeded", (
        f"You attempted to create a new version of {name} by calling the PutParameter API with the overwrite flag. "
        f"Version {oldest} of {name}, the oldest version, can't be deleted because it has a label associated with it. "
        "Move the label to another version of the parameter, and try again."
    )


def _fault(data: Mapping[str, Any]) -> tuple[str, str]:
    """Code and message of what is wrong with a value; empty when nothing is."""
    if data.get("Policies") not in (None, "", "[]"):
        message = "Policies of a parameter are not executed by the local engine: it neither expires nor reminds"
        return "UnsupportedOperation", message
    value, pattern = str(data.get("Value", "")), data.get("AllowedPattern")
    if pattern:
        try:
            fits = re.search(pattern, value)
        except re.error as error:
            return "InvalidAllowedPatternException", f"AllowedPattern {pattern} is not a regular expression: {error}"
        if not fits:
            message = f"Parameter value, cannot be validated by allowedPattern: {pattern}"
            return "ParameterPatternMismatchException", message
    return _too_large(len(value.encode()), str(data.get("Tier") or "Standard"))


def _too_large(size: int, tier: str) -> tuple[str, str]:
    if tier == "Standard" and size > _STANDARD_BYTES:
        return "ValidationException", (
            f"Standard tier parameters support a maximum parameter value of {_STANDARD_BYTES} characters. "
            "To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier."
        )
    if size > _ADVANCED_BYTES:
        return "ValidationException", (
            f"Advanced tier parameters support a maximum parameter value of {_ADVANCED_BYTES} characters."
        )
    return "", ""
