"""The conditions of a Condition step: comparisons, `In`, `Not`, `Or`; a list of them is true when all are.

docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-condition
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping
from typing import Any

from slipway.engine.services.sagemaker.pipelines.errors import StepFailed, unparsable

Resolve = Callable[[Any], Any]
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}
_MEMBERS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(_COMPARISONS, frozenset({"Type", "LeftValue", "RightValue"})),
    "In": frozenset({"Type", "QueryValue", "Values"}),
    "Not": frozenset({"Type", "Condition"}),
    "Or": frozenset({"Type", "Conditions"}),
}


def check(conditions: Any, where: str) -> None:
    """Refuse what is no list of conditions."""
    if not isinstance(conditions, list):
        raise unparsable(f"{where}: Conditions must be a list.")
    for condition in conditions:
        _check_one(condition, where)


def _check_one(condition: Any, where: str) -> None:
    kind = str(condition.get("Type")) if isinstance(condition, dict) else ""
    if kind not in _MEMBERS:
        raise unparsable(f"{where}: condition Type '{kind}' must be one of [{', '.join(_MEMBERS)}].")
    if set(condition) != _MEMBERS[kind]:
        raise unparsable(f"{where}: a condition of Type {kind} must have {', '.join(sorted(_MEMBERS[kind]))}.")
    if kind == "Not":
        _check_one(condition["Condition"], where)
    if kind == "Or":
        check(condition["Conditions"], where)
    if kind == "In" and not isinstance(condition["Values"], list):
        raise unparsable(f"{where}: Values of a condition of Type In must be a list.")


def holds(conditions: list[dict[str, Any]], resolve: Resolve) -> bool:
    """Whether all conditions hold; StepFailed when two values cannot be compared."""
    return all(_holds(condition, resolve) for condition in conditions)


def _holds(condition: dict[str, Any], resolve: Resolve) -> bool:
    match condition["Type"]:
        case "Not":
            return not _holds(condition["Condition"], resolve)
        case "Or":
            return any(_holds(one, resolve) for one in condition["Conditions"])
        case "In":
            wanted = resolve(condition["QueryValue"])
            return any(_same_kind(wanted, value) and wanted == value for value in resolve(condition["Values"]))
        case kind:
            left, right = resolve(condition["LeftValue"]), resolve(condition["RightValue"])
            if not _same_kind(left, right):
                raise StepFailed(
                    f"ClientError: {kind} cannot compare {json.dumps(left)} with {json.dumps(right)}: "
                    "the two values must be of one type"
                )
            return _COMPARISONS[kind](left, right)


def _same_kind(left: Any, right: Any) -> bool:
    return _kind(left) is _kind(right) and _kind(left) is not None


def _kind(value: Any) -> type | None:
    if isinstance(value, bool):
        return bool
    return float if isinstance(value, int | float) else str if isinstance(value, str) else None
