"""The rules of a JSONPath Choice."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.integrations.task import TaskFailed
from slipway.engine.services.stepfunctions.language.comparisons import holds

pytestmark = pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/state-choice.html")

DATA = {
    "text": "log-file.txt",
    "star": "a*b",
    "number": 5,
    "other": 5.0,
    "truth": True,
    "nothing": None,
    "at": "2026-11-21T10:00:00Z",
    "later": "2026-11-21T12:30:00+01:00",
}
CONTEXT: dict[str, Any] = {"variables": {"limit": 4}}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"Variable": "$.text", "StringEquals": "log-file.txt"}, True),
        ({"Variable": "$.text", "StringGreaterThan": "a"}, True),
        ({"Variable": "$.text", "StringMatches": "log-*.txt"}, True),
        ({"Variable": "$.text", "StringMatches": "log"}, False),
        ({"Variable": "$.star", "StringMatches": "a\\*b"}, True),
        ({"Variable": "$.text", "StringMatches": "log\\*"}, False),
        ({"Variable": "$.number", "NumericEqualsPath": "$.other"}, True),
        ({"Variable": "$.number", "NumericGreaterThanPath": "$limit"}, True),
        ({"Variable": "$.number", "NumericLessThanEquals": 4}, False),
        ({"Variable": "$.truth", "NumericEquals": 1}, False),
        ({"Variable": "$.truth", "BooleanEquals": True}, True),
        ({"Variable": "$.text", "NumericEquals": 5}, False),
        ({"Variable": "$.at", "TimestampLessThanPath": "$.later"}, True),
        ({"Variable": "$.at", "TimestampEquals": "2026-11-21T11:00:00+01:00"}, True),
        ({"Variable": "$.nothing", "IsNull": True}, True),
        ({"Variable": "$.nothing", "IsPresent": True}, True),
        ({"Variable": "$.missing", "IsPresent": True}, False),
        ({"Variable": "$.missing", "IsPresent": False}, True),
        ({"Variable": "$.truth", "IsNumeric": True}, False),
        ({"Variable": "$.text", "IsTimestamp": True}, False),
        ({"Variable": "$.at", "IsTimestamp": True}, True),
        ({"Not": {"Variable": "$.text", "IsString": False}}, True),
        ({"And": [{"Variable": "$.number", "IsNumeric": True}, {"Variable": "$.number", "NumericLessThan": 1}]}, False),
        ({"Or": [{"Variable": "$.missing", "IsPresent": True}, {"Variable": "$.truth", "IsBoolean": True}]}, True),
    ],
    ids=str,
)
def test_a_rule_holds_or_not(rule: dict[str, Any], expected: bool) -> None:
    assert holds(rule, DATA, CONTEXT) is expected


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param({"Variable": "$.missing", "NumericEquals": 1}, id="the variable"),
        pytest.param({"Variable": "$.number", "NumericEqualsPath": "$.missing"}, id="what it is compared with"),
    ],
)
def test_a_path_that_finds_nothing_is_an_error(rule: dict[str, Any]) -> None:
    with pytest.raises(TaskFailed, match="condition path references an invalid value") as caught:
        holds(rule, DATA, CONTEXT)
    assert caught.value.error == "States.Runtime"
