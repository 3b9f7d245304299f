"""An alarm's state from its metric's data points.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"

# CloudWatch looks at more periods than it evaluates, since data arrives late; its own examples show two more.
EXTRA_PERIODS = 2

COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}


@dataclass(frozen=True)
class Rule:
    """What an alarm compares: `datapoints` of the last `periods` must breach."""

    comparison: str
    threshold: float
    periods: int
    datapoints: int
    missing: str = "missing"

    def breaches(self, value: float) -> bool:
        """Whether one data point breaches the threshold."""
        return COMPARISONS[self.comparison][0](value, self.threshold)


@dataclass(frozen=True)
class Verdict:
    """The state that follows, None when it stays, and the data points that were looked at, newest first."""

    state: str | None
    evaluated: tuple[float, ...]
    reason: str


def evaluate(rule: Rule, values: list[float | None]) -> Verdict:
    """Judge the data points of the latest periods, oldest first; None is a period without data."""
    existing = [value for value in reversed(values) if value is not None][: rule.periods]
    breaching = sum(rule.breaches(value) for value in existing)
    missing = rule.periods - len(existing)
    state = _state(rule, breaching, len(existing) - breaching, missing)
    return Verdict(state, tuple(existing), _reason(rule, existing, state, missing))


def _state(rule: Rule, breaching: int, fine: int, missing: int) -> str | None:
    if missing and rule.missing == "breaching":
        return ALARM if breaching + missing >= rule.datapoints else OK
    if missing and rule.missing == "notBreaching":
        return ALARM if breaching >= rule.datapoints else OK
    if breaching >= rule.datapoints:
        return ALARM
    if not missing or fine > rule.periods - rule.datapoints:
        return OK
    if rule.missing == "ignore":
        return None
    if not breaching and not fine:
        return INSUFFICIENT_DATA
    return ALARM if breaching and not fine else OK


def _reason(rule: Rule, existing: list[float], state: str | None, missing: int) -> str:
    """AWS's sentence, for example "Threshold Crossed: 1 datapoint [3.0] was greater than the threshold (1.0)."."""
    count = len(existing)
    if not count and rule.missing in ("missing", "ignore"):
        return f"Insufficient Data: {missing} datapoint{'s' * (missing > 1)} were unknown."
    if not count:
        return _reason_without_data(rule, missing)
    words = COMPARISONS[rule.comparison][1]
    shown = ", ".join(str(value) for value in existing)
    noun, verb = ("datapoint", "was") if count == 1 else ("datapoints", "were")
    denied = "" if state == ALARM else "not "
    return f"Threshold Crossed: {count} {noun} [{shown}] {verb} {denied}{words} the threshold ({rule.threshold})."


def _reason_without_data(rule: Rule, missing: int) -> str:
    plural = "s" if missing > 1 else ""
    was = "were" if missing > 1 else "was"
    kind = "[Breaching]" if rule.missing == "breaching" else "[NonBreaching]"
    return (
        f"Threshold Crossed: no datapoint{plural} {was} received for {missing} period{plural} and "
        f"{missing} missing datapoint{plural} {was} treated as {kind}."
    )
