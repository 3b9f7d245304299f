"""Alarm states, with the tables of missing data from AWS's documentation.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.services.cloudwatch.evaluation import Rule, evaluate

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html"
)

KINDS = ("missing", "ignore", "breaching", "notBreaching")


def rule(missing: str = "missing", datapoints: int = 3, periods: int = 3) -> Rule:
    return Rule("GreaterThanThreshold", 1.0, periods, datapoints, missing)


def values(drawn: str) -> list[float | None]:
    """`X` breaches, `0` does not, `-` is missing; oldest first."""
    return [{"X": 2.0, "0": 0.0, "-": None}[letter] for letter in drawn]


@pytest.mark.parametrize(
    ("drawn", "missing", "ignore", "breaching", "not_breaching"),
    [
        ("0-X-X", "OK", "OK", "OK", "OK"),
        ("----0", "OK", "OK", "OK", "OK"),
        ("-----", "INSUFFICIENT_DATA", None, "ALARM", "OK"),
        ("0XX-X", "ALARM", "ALARM", "ALARM", "ALARM"),
        ("--X--", "ALARM", None, "ALARM", "OK"),
    ],
)
def test_three_of_three_with_missing_data(
    drawn: str, missing: str, ignore: str | None, breaching: str, not_breaching: str
) -> None:
    states = {kind: evaluate(rule(kind), values(drawn)).state for kind in KINDS}
    assert states == dict(zip(KINDS, (missing, ignore, breaching, not_breaching), strict=True))


@pytest.mark.parametrize(
    ("drawn", "state"), [("XX0", "ALARM"), ("X00", "OK"), ("0XX", "ALARM"), ("000", "OK"), ("XXX", "ALARM")]
)
def test_two_of_three(drawn: str, state: str) -> None:
    assert evaluate(rule(datapoints=2), values(drawn)).state == state


@given(st.lists(st.sampled_from([0.0, 2.0]), min_size=5, max_size=5))
def test_without_missing_data_only_the_latest_periods_count(data: list[float]) -> None:
    breaches = sum(value > 1 for value in data[-3:])
    for missing in KINDS:
        verdict = evaluate(rule(missing, datapoints=2), list(data))
        assert verdict.state == ("ALARM" if breaches >= 2 else "OK")
        assert list(verdict.evaluated) == data[:-4:-1]


@pytest.mark.parametrize(
    ("drawn", "kind", "reason"),
    [
        ("XXX", "missing", "Threshold Crossed: 3 datapoints [2.0, 2.0, 2.0] were greater than the threshold (1.0)."),
        (
            "000",
            "missing",
            "Threshold Crossed: 3 datapoints [0.0, 0.0, 0.0] were not greater than the threshold (1.0).",
        ),
        ("---", "missing", "Insufficient Data: 3 datapoints were unknown."),
        (
            "---",
            "notBreaching",
            "Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as "
            "[NonBreaching].",
        ),
    ],
)
def test_reasons_are_aws_sentences(drawn: str, kind: str, reason: str) -> None:
    assert evaluate(rule(kind), values(drawn)).reason == reason
