"""Metric filters: what is logged, counted by CloudWatch.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html and its neighbours.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any

from slipway.engine.deliveries import GivenUp, Kind, doubling
from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.logs.patterns import columns, members, parse
from slipway.engine.services.logs.service import SERVICE, group_arn, group_of, groups, invalid, missing, now, page
from slipway.engine.store import Record, Table

KIND = "metric-filters"
PRINCIPAL = "logs.amazonaws.com"
_MOST_FILTERS = 100
_PAGE = 50
_MOST_DIMENSIONS = 3
_RETRIES = 185
_AGE_SECONDS = 86400
_LONGEST_PAUSE_SECONDS = 900
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_SELECTOR = re.compile(r"\$(\.?[\w\-.\[\]'*]+)")
_NOT_EXECUTED = ("applyOnTransformedLogs", "emitSystemFieldDimensions", "fieldSelectionCriteria")

logger = logging.getLogger(__name__)


@SERVICE.on_start
def declare(engine: Engine) -> None:
    """Say how what was counted is put."""
    engine.deliveries.declare(KIND, Kind(_send, _give_up, doubling(_LONGEST_PAUSE_SECONDS)))


def filters(engine: Engine) -> Table:
    """The filters' records, by `<group>:<filter>`: neither name holds a colon."""
    return engine.store("logs").table("metricFilters")


def of_group(engine: Engine, group: str) -> list[Record]:
    """The filters of a group."""
    return [record for record in filters(engine).values() if record["logGroupName"] == group]


def forget_group(engine: Engine, group: str) -> None:
    """Remove a group's filters."""
    for record in of_group(engine, group):
        del filters(engine)[_key(record)]


def _key(record: Record) -> str:
    return f"{record['logGroupName']}:{record['filterName']}"


@SERVICE.operation("PutMetricFilter", resource=group_arn)
def put_metric_filter(call: Call) -> None:
    """Count from now on."""
    group, _ = group_of(call)
    for name in _NOT_EXECUTED:
        if call.params.get(name):
            raise invalid(f"{name} of a metric filter is not executed by the local engine")
    pattern = call.params["filterPattern"]
    parse(pattern)
    for transformation in call.params["metricTransformations"]:
        _check(transformation, pattern)
    there = of_group(call.engine, group)
    name = call.params["filterName"]
    if name not in {record["filterName"] for record in there} and len(there) >= _MOST_FILTERS:
        raise AwsError("LimitExceededException", "Resource limit exceeded.")
    record = {
        "filterName": name,
        "filterPattern": pattern,
        "metricTransformations": call.params["metricTransformations"],
        "creationTime": now(),
        "logGroupName": group,
    }
    filters(call.engine)[_key(record)] = record


def _check(transformation: Record, pattern: str) -> None:
    dimensions = transformation.get("dimensions") or {}
    if transformation["metricNamespace"].startswith("AWS/"):
        raise invalid("Metric namespaces that begin with AWS/ are reserved for AWS")
    if len(dimensions) > _MOST_DIMENSIONS:
        raise invalid(f"A metric filter has at most {_MOST_DIMENSIONS} dimensions")
    if dimensions and "defaultValue" in transformation:
        raise invalid("Invalid metric transformation: dimensions and default value are mutually exclusive")
    selectors = [*dimensions.values()]
    if not _NUMBER.fullmatch(transformation["metricValue"]):
        selectors.append(transformation["metricValue"])
    for selector in selectors:
        if not _SELECTOR.fullmatch(selector) or pattern.strip()[:1] not in ("{", "["):
            raise invalid(f"Invalid metric transformation: {selector} is no number and no field of the pattern")


@SERVICE.operation("DeleteMetricFilter", resource=group_arn)
def delete_metric_filter(call: Call) -> None:
    """Count no more."""
    group, _ = group_of(call)
    key = f"{group}:{call.params['filterName']}"
    if key not in filters(call.engine):
        raise missing("The specified metric filter does not exist.")
    del filters(call.engine)[key]


@SERVICE.operation(
    "DescribeMetricFilters",
    resource=lambda call: group_arn(call) if "logGroupName" in call.params else call.arn("log-group:*"),
)
def describe_metric_filters(call: Call) -> dict[str, Any]:
    """The filters of a group, or those of a metric."""
    params = call.params
    if ("metricName" in params) != ("metricNamespace" in params):
        raise invalid("Describe Metric Filters request must contain both MetricName and MetricNamespace")
    if "logGroupName" in params and params["logGroupName"] not in groups(call.engine):
        raise missing("The specified log group does not exist.")
    found, following = page(
        call, sorted((r for r in filters(call.engine).values() if _asked(r, params)), key=_key), _PAGE
    )
    return {"metricFilters": found, **following}


def _asked(record: Record, params: Record) -> bool:
    metrics = {(t["metricNamespace"], t["metricName"]) for t in record["metricTransformations"]}
    return (
        params.get("logGroupName", record["logGroupName"]) == record["logGroupName"]
        and record["filterName"].startswith(params.get("filterNamePrefix", ""))
        and ("metricName" not in params or (params["metricNamespace"], params["metricName"]) in metrics)
    )


@SERVICE.operation("TestMetricFilter")
def test_metric_filter(call: Call) -> dict[str, Any]:
    """Which of some messages a pattern matches."""
    pattern, matches = call.params["filterPattern"], parse(call.params["filterPattern"])
    return {
        "matches": [
            {"eventNumber": number, "eventMessage": message, "extractedValues": _extracted(pattern, message)}
            for number, message in enumerate(call.params["logEventMessages"], start=1)
            if matches(message)
        ]
    }


def _extracted(pattern: str, message: str) -> dict[str, str]:
    if not pattern.strip().startswith("["):
        return {}
    return {f"${name}": value for name, value in columns.values(pattern, message).items()}


def count(engine: Engine, group: str, events: Sequence[tuple[int, str]]) -> None:
    """Put what a group's filters find in new events, which are times in milliseconds and messages."""
    for record in of_group(engine, group):
        matches = parse(record["filterPattern"])
        found = [event for event in events if matches(event[1])]
        for transformation in record["metricTransformations"]:
            data = [datum for event in found if (datum := _datum(record["filterPattern"], transformation, *event))]
            if events and not found and "defaultValue" in transformation:
                data = [_with_value(transformation, events[-1][0], transformation["defaultValue"])]
            if data:
                put = {"namespace": transformation["metricNamespace"], "data": data}
                engine.deliveries.put(KIND, put, retries=_RETRIES, seconds=_AGE_SECONDS)


def _datum(pattern: str, transformation: Record, at: int, message: str) -> Record | None:
    """One value; none when the field is not there or no number, as on AWS."""
    value = transformation["metricValue"]
    found = value if _NUMBER.fullmatch(value) else _field(pattern, message, value)
    if found is None or isinstance(found, bool) or not _NUMBER.fullmatch(str(found)):
        return None
    dimensions = {}
    for name, selector in (transformation.get("dimensions") or {}).items():
        text = _field(pattern, message, selector)
        if text is not None:
            dimensions[name] = str(text)
    return _with_value(transformation, at, float(found), dimensions)


def _field(pattern: str, message: str, selector: str) -> Any:
    if pattern.strip().startswith("{"):
        return members.value_at(selector, message)
    return columns.values(pattern, message).get(selector.removeprefix("$"))


def _with_value(transformation: Record, at: int, value: float, dimensions: dict[str, str] | None = None) -> Record:
    return {
        "MetricName": transformation["metricName"],
        "Timestamp": at / 1000,
        "Value": value,
        "Unit": transformation.get("unit", "None"),
        "Dimensions": [{"Name": name, "Value": text} for name, text in (dimensions or {}).items()],
    }


def _send(engine: Engine, record: Record) -> None:
    client = engine.as_service(PRINCIPAL).client("cloudwatch")
    client.put_metric_data(Namespace=record["namespace"], MetricData=record["data"])


def _give_up(_: Engine, record: Record, given_up: GivenUp) -> None:
    logger.warning("a metric filter could not put %s: %s", record["namespace"], given_up.failure.message)
