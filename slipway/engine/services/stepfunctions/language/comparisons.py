"""The rules of a Choice state in JSONPath.

docs.aws.amazon.com/step-functions/latest/dg/state-choice.html#amazon-states-language-choice-state-rules
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from slipway.engine.integrations.task import TaskFailed
from slipway.engine.services.stepfunctions.language import paths

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def holds(rule: Mapping[str, Any], data: Any, context: Mapping[str, Any]) -> bool:
    """Whether a rule holds for the data."""
    if "And" in rule:
        return all(holds(inner, data, context) for inner in rule["And"])
    if "Or" in rule:
        return any(holds(inner, data, context) for inner in rule["Or"])
    if "Not" in rule:
        return not holds(rule["Not"], data, context)
    name = next(name for name in rule if name in OPERATORS)
    try:
        value = paths.parse(rule["Variable"]).find(data, context)
    except paths.NothingThere as error:
        if name == "IsPresent":
            return not rule[name]
        raise _invalid(rule["Variable"]) from error
    expected = _expected(name, rule[name], data, context)
    return OPERATORS[name](value, expected)


def _expected(name: str, value: Any, data: Any, context: Mapping[str, Any]) -> Any:
    if not name.endswith("Path"):
        return value
    try:
        return paths.parse(value).find(data, context)
    except paths.NothingThere as error:
        raise _invalid(value) from error


def _invalid(path: str) -> TaskFailed:
    text = f"Invalid path '{path}': The choice state's condition path references an invalid value."
    return TaskFailed("States.Runtime", text)


def moment(value: Any) -> datetime | None:
    """A timestamp of RFC 3339's kind, None when the value is none."""
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _matches(value: Any, pattern: Any) -> bool:
    """`*` stands for any characters, `\\*` and `\\\\` for themselves."""
    if not isinstance(value, str):
        return False
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    return bool(re.fullmatch("".join(".*" if part == "*" else re.escape(part[-1]) for part in parts), value, re.DOTALL))


def _comparison(kind: Callable[[Any], Any], compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """A value of another kind than the operator's does not match."""

    def check(value: Any, expected: Any) -> bool:
        left, right = kind(value), kind(expected)
        return left is not None and right is not None and compare(left, right)

    return check


def _is(test: Callable[[Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, expected: test(value) == expected


_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}
_KINDS: Mapping[str, Callable[[Any], Any]] = {"String": _string, "Numeric": _number, "Timestamp": moment}

OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    **{
        f"{kind}{order}{suffix}": _comparison(convert, compare)
        for kind, convert in _KINDS.items()
        for order, compare in _ORDERS.items()
        for suffix in ("", "Path")
    },
    "BooleanEquals": _comparison(_boolean, operator.eq),
    "BooleanEqualsPath": _comparison(_boolean, operator.eq),
    "StringMatches": _matches,
    "IsPresent": _is(lambda _value: True),
    "IsNull": _is(lambda value: value is None),
    "IsNumeric": _is(lambda value: _number(value) is not None),
    "IsString": _is(lambda value: isinstance(value, str)),
    "IsBoolean": _is(lambda value: isinstance(value, bool)),
    "IsTimestamp": _is(lambda value: moment(value) is not None),
}
