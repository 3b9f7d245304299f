"""Reading statistics. Periods pass at the speed of the engine's clock; a data point's time is real.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html and API_GetMetricData.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.service import Call
from slipway.engine.services.cloudwatch.points import Metric, Point
from slipway.engine.services.cloudwatch.service import SERVICE, dimensions_of, invalid, points
from slipway.engine.services.cloudwatch.statistics import SIMPLE, by_period, is_executed, statistic

_MOST_DATAPOINTS = 1440
_SHORT_PERIODS = (1, 5, 10, 20, 30)


def real_period(engine: Engine, seconds: int) -> float:
    """A period of CloudWatch's in real seconds, at least one; periods of a minute and less are AWS's own few."""
    if seconds not in _SHORT_PERIODS and seconds % 60:
        raise invalid("Period must be 1, 5, 10, 20, 30 or a multiple of 60", "InvalidParameterValue")
    return max(1.0, float(round(engine.clock.real(seconds))))


def check_statistic(name: str) -> str:
    """The name, when it is a statistic that the engine computes."""
    if not is_executed(name):
        raise invalid(f"The statistic {name} is not executed by the local engine; {', '.join(SIMPLE)} and p… are")
    return name


@SERVICE.operation("GetMetricStatistics")
def get_metric_statistics(call: Call) -> dict[str, Any]:
    """Statistics of one metric, a data point a period, in no order."""
    params = call.params
    simple, extended = params.get("Statistics", []), params.get("ExtendedStatistics", [])
    if bool(simple) == bool(extended):
        raise invalid(
            "Exactly one of the parameters Statistics and ExtendedStatistics must be given",
            "InvalidParameterCombination",
        )
    begin, end = _times(params)
    period = real_period(call.engine, params["Period"])
    if (end - begin) / period > _MOST_DATAPOINTS:
        raise invalid(
            f"You have requested up to {(end - begin) / period:.0f} datapoints, which exceeds the limit of"
            f" {_MOST_DATAPOINTS}. You may reduce the datapoints requested by increasing Period, or decreasing the time"
            " range.",
            "InvalidParameterCombination",
        )
    metric = Metric(params["Namespace"], params["MetricName"], dimensions_of(params.get("Dimensions", [])))
    found = points(call.engine).of(metric, begin, end, params.get("Unit"))
    return {
        "Label": metric.name,
        "Datapoints": [
            _datapoint(at, unit, [point for point in within if point.unit == unit], simple, extended)
            for at, within in by_period(found, period).items()
            for unit in sorted({point.unit for point in within})
        ],
    }


def _times(params: Mapping[str, Any]) -> tuple[float, float]:
    begin, end = params["StartTime"].timestamp(), params["EndTime"].timestamp()
    if begin >= end:
        raise invalid("The parameter StartTime must be less than the parameter EndTime.", "InvalidParameterCombination")
    return begin, end


def _datapoint(at: float, unit: str, within: list[Point], simple: list[str], extended: list[str]) -> dict[str, Any]:
    percentiles = {name: statistic(check_statistic(name), within) for name in extended}
    told = {name: value for name, value in percentiles.items() if value is not None}
    return {
        "Timestamp": _time(at),
        "Unit": unit,
        **{name: statistic(name, within) for name in simple},
        **({"ExtendedStatistics": told} if extended else {}),
    }


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


@SERVICE.operation("GetMetricData")
def get_metric_data(call: Call) -> dict[str, Any]:
    """One statistic of each of several metrics."""
    params = call.params
    begin, end = _times(params)
    newest_first = params.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    identifiers = [query["Id"] for query in params["MetricDataQueries"]]
    if len(set(identifiers)) != len(identifiers):
        raise invalid("The values for parameter Id in MetricDataQueries are not unique.")
    results = [
        _result(call.engine, query, begin, end, newest_first=newest_first) for query in params["MetricDataQueries"]
    ]
    most = params.get("MaxDatapoints")
    if most is not None and sum(len(result["Values"]) for result in results) > most:
        raise invalid(f"There are more than {most} data points, and the local engine gives them in one page only")
    return {"MetricDataResults": results, "Messages": []}


def _result(
    engine: Engine, query: Mapping[str, Any], begin: float, end: float, *, newest_first: bool
) -> dict[str, Any]:
    asked = query.get("MetricStat")
    if asked is None or "Expression" in query or not query.get("ReturnData", True):
        raise invalid(f"{query['Id']}: metric math is not executed by the local engine; ask for a MetricStat")
    name = check_statistic(asked["Stat"])
    given = asked["Metric"]
    metric = Metric(given.get("Namespace", ""), given.get("MetricName", ""), dimensions_of(given.get("Dimensions", [])))
    found = points(engine).of(metric, begin, end, asked.get("Unit"))
    periods = by_period(found, real_period(engine, asked["Period"]))
    values = [(at, value) for at, within in periods.items() if (value := statistic(name, within)) is not None]
    if newest_first:
        values.reverse()
    return {
        "Id": query["Id"],
        "Label": query.get("Label", metric.name),
        "Timestamps": [_time(at) for at, _ in values],
        "Values": [value for _, value in values],
        "StatusCode": "Complete",
    }
