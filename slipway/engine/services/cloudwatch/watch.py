"""Metric alarms, evaluated by the clock.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
"""

from __future__ import annotations

import json
import logging
import math
import time

from slipway.engine.engine import Engine
from slipway.engine.services.cloudwatch.actions import Alarm, told
from slipway.engine.services.cloudwatch.alarm_states import move
from slipway.engine.services.cloudwatch.evaluation import EXTRA_PERIODS, Rule, Verdict, evaluate
from slipway.engine.services.cloudwatch.points import Metric
from slipway.engine.services.cloudwatch.service import METRIC, SERVICE, alarms, dimensions_of, points
from slipway.engine.services.cloudwatch.statistics import by_period, statistic

_TICK_SECONDS = 10.0
_SHORTEST_TICK = 0.2

logger = logging.getLogger(__name__)


@SERVICE.on_start
def start(engine: Engine) -> None:
    """Evaluate every alarm again and again until the engine stops."""
    engine.spawn("alarms", _run, engine)


def _run(engine: Engine) -> None:
    tick = max(_SHORTEST_TICK, engine.clock.real(_TICK_SECONDS))
    while not engine.stopping.wait(tick):
        evaluate_all(engine, time.time())


def evaluate_all(engine: Engine, now: float) -> None:
    """Evaluate every metric alarm once; one that cannot be evaluated does not keep the others from it."""
    for alarm in list(alarms(engine).values()):
        if alarm["type"] != METRIC:
            continue
        try:
            _evaluate(engine, alarm, now)
        except KeyError:
            logger.info("alarm %s was deleted while it was evaluated", alarm["AlarmName"])


def _evaluate(engine: Engine, alarm: Alarm, now: float) -> None:
    rule = Rule(
        comparison=alarm["ComparisonOperator"],
        threshold=alarm["Threshold"],
        periods=alarm["EvaluationPeriods"],
        datapoints=int(alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"]),
        missing=alarm.get("TreatMissingData", "missing"),
    )
    period = engine.clock.real(alarm["Period"])
    last = math.floor(now / period)
    verdict = evaluate(rule, _values(engine, alarm, period, last - rule.periods - EXTRA_PERIODS, last))
    begun = alarm["AlarmConfigurationUpdatedTimestamp"]
    if not verdict.evaluated and (last - rule.periods) * period < begun:
        return  # a new alarm without data stays as it is until its periods have passed
    state = verdict.state or alarm["StateValue"]
    if state != alarm["StateValue"] or verdict.reason != alarm["StateReason"]:
        move(engine, alarm["AlarmName"], state, verdict.reason, _reason_data(alarm, rule, verdict, now))


def _values(engine: Engine, alarm: Alarm, period: float, first: int, last: int) -> list[float | None]:
    """The statistic of each period from number `first` to before `last`; None where there is no data."""
    metric = Metric(alarm["Namespace"], alarm["MetricName"], dimensions_of(alarm.get("Dimensions", [])))
    found = points(engine).of(metric, first * period, last * period, alarm.get("Unit"))
    periods = {round(at / period): within for at, within in by_period(found, period).items()}
    name = alarm.get("ExtendedStatistic") or alarm["Statistic"]
    return [statistic(name, periods.get(number, [])) for number in range(first, last)]


def _reason_data(alarm: Alarm, rule: Rule, verdict: Verdict, now: float) -> str:
    """The JSON that AWS gives as StateReasonData; `recentDatapoints` are oldest first."""
    return json.dumps(
        {
            "version": "1.0",
            "queryDate": told(now),
            "statistic": alarm.get("ExtendedStatistic") or alarm["Statistic"],
            "period": alarm["Period"],
            "recentDatapoints": list(reversed(verdict.evaluated)),
            "threshold": rule.threshold,
        }
    )
