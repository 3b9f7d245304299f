"""Metric alarms, evaluated by the clock.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
"""

from __future__ import annotations

import json
import logging
import math
import time
from datetime import UTC, datetime
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import Engine
from slipway.engine.mend.cloudwatch import actions
from slipway.engine.mend.cloudwatch.evaluation import EXTRA_PERIODS, Rule, Verdict, evaluate

Alarm = dict[str, Any]
_TICK_SECONDS = 10.0
_SHORTEST_TICK = 0.2

logger = logging.getLogger(__name__)


def run(engine: Engine) -> None:
    """Evaluate every alarm again and again until the engine stops."""
    tick = max(_SHORTEST_TICK, engine.clock.real(_TICK_SECONDS))
    while not engine.stopping.wait(tick):
        evaluate_all(engine, time.time())


def evaluate_all(engine: Engine, now: float) -> None:
    """Evaluate every metric alarm once; one that cannot be evaluated does not keep the others from it."""
    with adapter.request_scope(engine.account, engine.region):
        for alarm in list(adapter.part("services.cloudwatch")._alarms.values()):
            try:
                _evaluate(engine, alarm, now)
            except (KeyError, TypeError, ValueError):
                logger.exception("alarm %s could not be evaluated", alarm.get("AlarmName"))


def _evaluate(engine: Engine, alarm: Alarm, now: float) -> None:
    rule = Rule(
        comparison=alarm["ComparisonOperator"],
        threshold=float(alarm["Threshold"]),
        periods=int(alarm.get("EvaluationPeriods", 1)),
        datapoints=int(alarm.get("DatapointsToAlarm") or alarm.get("EvaluationPeriods", 1)),
        missing=alarm.get("TreatMissingData") or "missing",
    )
    period = engine.clock.real(int(alarm.get("Period", 60)))
    begun = alarm.get("AlarmConfigurationUpdatedTimestamp", 0)
    last = math.floor(now / period)
    values = datapoints(alarm, period, last - rule.periods - EXTRA_PERIODS, last)
    verdict = evaluate(rule, values)
    if not verdict.evaluated and (last - rule.periods) * period < begun:
        return  # a new alarm without data stays as it is until its periods have passed
    _apply(engine, alarm, rule, verdict, now)


def datapoints(alarm: Alarm, period: float, first: int, last: int) -> list[float | None]:
    """The statistic of each period from number `first` up to, not including, `last`; None where there is no data."""
    cloudwatch = adapter.part("services.cloudwatch")
    dimensions = {dimension["Name"]: dimension["Value"] for dimension in alarm.get("Dimensions") or []}
    key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(dimensions))
    buckets: dict[int, list[Any]] = {number: [] for number in range(first, last)}
    for point in reversed(list(cloudwatch._metrics.get(key) or [])):
        number = math.floor(point["Timestamp"] / period)
        if number < first - 1:
            break
        if number in buckets and alarm.get("Unit") in (None, point["Unit"]):
            buckets[number].append(point)
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    return [_statistic(cloudwatch, statistic, points) for points in buckets.values()]


def _statistic(cloudwatch: Any, name: str, points: list[Any]) -> float | None:
    stats = cloudwatch._calc_stats(points) if points else {}
    value = cloudwatch._stat_value(stats, name, points) if stats else None
    return None if value is None else float(value)


def _apply(engine: Engine, alarm: Alarm, rule: Rule, verdict: Verdict, now: float) -> None:
    old, new = alarm["StateValue"], verdict.state or alarm["StateValue"]
    if new == old and verdict.reason == alarm.get("StateReason"):
        return
    alarm["StateReason"] = verdict.reason
    alarm["StateReasonData"] = _reason_data(alarm, rule, verdict, now)
    alarm["StateUpdatedTimestamp"] = now
    engine.changes.note("monitoring")
    if new == old:
        return
    alarm["StateValue"] = new
    alarm["StateTransitionedTimestamp"] = now
    cloudwatch = adapter.part("services.cloudwatch")
    cloudwatch._record_history(alarm["AlarmName"], old, new, verdict.reason)
    actions.dispatch(alarm, old, new, verdict.reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def _reason_data(alarm: Alarm, rule: Rule, verdict: Verdict, now: float) -> str:
    """The JSON that AWS gives as StateReasonData; `recentDatapoints` are oldest first."""
    asked = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")
    return json.dumps(
        {
            "version": "1.0",
            "queryDate": asked,
            "statistic": alarm.get("ExtendedStatistic") or alarm.get("Statistic"),
            "period": alarm.get("Period", 60),
            "recentDatapoints": list(reversed(verdict.evaluated)),
            "threshold": rule.threshold,
        }
    )
