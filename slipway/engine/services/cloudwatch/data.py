"""Metric data as it comes in, and which metrics there are.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html and API_ListMetrics.html.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.service import Call
from slipway.engine.services.cloudwatch.points import KEPT_SECONDS, Metric, Point
from slipway.engine.services.cloudwatch.service import SERVICE, dimensions_of, invalid, page, points, shown

_PAST_SECONDS = 14 * 24 * 3600
_FUTURE_SECONDS = 2 * 3600
_LISTED_SECONDS = 14 * 24 * 3600
_RECENT_SECONDS = 3 * 3600
_PAGE = 500


@SERVICE.on_start
def forget_old_data(engine: Engine) -> None:
    """Remove what is older than CloudWatch keeps."""
    points(engine).forget(time.time() - KEPT_SECONDS)


@SERVICE.operation("PutMetricData", context=lambda call: {"cloudwatch:namespace": call.params["Namespace"]})
def put_metric_data(call: Call) -> None:
    """Keep data points; AWS's own namespaces are for AWS's services."""
    namespace = call.params["Namespace"]
    is_service = call.engine.authorization.service_principal(call.caller.credentials.access_key_id) is not None
    if namespace.startswith("AWS/") and not is_service:
        raise invalid(f"The value {namespace} for parameter Namespace is invalid.", "InvalidParameterValue")
    now = time.time()
    points(call.engine).put(
        [
            (Metric(namespace, datum["MetricName"], dimensions_of(datum.get("Dimensions", []))), point)
            for number, datum in enumerate(call.params.get("MetricData", []), start=1)
            for point in _points(datum, f"MetricData.member.{number}", now)
        ]
    )


def _points(datum: Mapping[str, Any], where: str, now: float) -> Iterator[Point]:
    at = datum["Timestamp"].timestamp() if "Timestamp" in datum else now
    if not now - _PAST_SECONDS <= at <= now + _FUTURE_SECONDS:
        raise invalid(
            f"The parameter {where}.Timestamp must specify a time within the past two weeks and no more than two hours"
            " in the future.",
            "InvalidParameterValue",
        )
    if sum(kind in datum for kind in ("Value", "Values", "StatisticValues")) != 1:
        raise invalid(
            f"The parameters {where}.Value, {where}.Values and {where}.StatisticValues are mutually exclusive and one"
            " of them is required.",
            "InvalidParameterCombination",
        )
    unit = datum.get("Unit", "None")
    if "StatisticValues" in datum:
        found = datum["StatisticValues"]
        yield Point(at, found["SampleCount"], found["Sum"], found["Minimum"], found["Maximum"], unit)
        return
    values = datum.get("Values", [datum.get("Value")])
    counts = datum.get("Counts", [1.0] * len(values))
    if len(counts) != len(values):
        raise invalid(f"{where}.Counts must have as many members as {where}.Values", "InvalidParameterValue")
    for value, count in zip(values, counts, strict=True):
        if not math.isfinite(value):
            raise invalid(f"The value {value} for parameter {where}.Value is invalid.", "InvalidParameterValue")
        yield Point(at, count, value * count, value, value, unit)


@SERVICE.operation("ListMetrics")
def list_metrics(call: Call) -> dict[str, Any]:
    """Metrics that got data in the last two weeks, or in the last three hours."""
    params = call.params
    if params.get("IncludeLinkedAccounts") or "OwningAccount" in params:
        raise invalid("Linked accounts are not executed by the local engine", "InvalidParameterValue")
    age = _RECENT_SECONDS if "RecentlyActive" in params else _LISTED_SECONDS
    found = [metric for metric in points(call.engine).metrics(time.time() - age) if _asked(metric, params)]
    metrics, following = page(call, found, _PAGE)
    return {
        "Metrics": [
            {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": shown(metric.dimensions)}
            for metric in metrics
        ],
        **following,
    }


def _asked(metric: Metric, params: Mapping[str, Any]) -> bool:
    dimensions = dict(metric.dimensions)
    return (
        params.get("Namespace", metric.namespace) == metric.namespace
        and params.get("MetricName", metric.name) == metric.name
        and all(
            wanted["Name"] in dimensions
            and wanted.get("Value", dimensions[wanted["Name"]]) == dimensions[wanted["Name"]]
            for wanted in params.get("Dimensions", [])
        )
    )
