"""What a Lambda or a Callback step gives to the steps after it: values of the types that it declares."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from slipway.engine.services.sagemaker.pipelines.errors import StepFailed
from slipway.engine.services.sagemaker.pipelines.expressions import text_of

_LONGEST = 1024


def typed(declared: Iterable[Mapping[str, str]], given: Mapping[str, Any]) -> dict[str, Any]:
    """The declared outputs that are given, each as its type; StepFailed for one that is of another."""
    return {
        output["OutputName"]: _value(
            output["OutputName"], output.get("OutputType", "String"), given[output["OutputName"]]
        )
        for output in declared
        if output["OutputName"] in given
    }


def _value(name: str, kind: str, value: Any) -> Any:
    text = text_of(value)
    if len(text) > _LONGEST:
        raise StepFailed(f"ClientError: Output parameter {name} is longer than {_LONGEST} characters")
    try:
        match kind:
            case "Integer":
                return int(text)
            case "Float":
                return float(text)
            case "Boolean":
                return {"true": True, "false": False}[text.lower()]
            case _:
                return text
    except (ValueError, KeyError):
        raise StepFailed(f"ClientError: Output parameter {name} is {json.dumps(value)}, not of Type {kind}") from None


def listed(values: Mapping[str, Any]) -> list[dict[str, str]]:
    """As a step's metadata has them."""
    return [{"Name": name, "Value": text_of(value)} for name, value in values.items()]


def properties(values: Mapping[str, Any]) -> dict[str, Any]:
    """As `Steps.X.OutputParameters['name']` finds them."""
    return {"OutputParameters": dict(values)}
