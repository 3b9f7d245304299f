"""Metric filters count what is logged."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway.engine.services.logs.patterns import columns
from tests.engine.mend.account import eventually

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html")

ERRORS = {"metricName": "errors", "metricNamespace": "App", "metricValue": "1"}


def logged(engine: Any, group: str, pattern: str, transformation: dict[str, Any], *messages: str) -> None:
    """Messages in a group that has one filter."""
    logs = engine.client("logs")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    logs.put_metric_filter(
        logGroupName=group, filterName="f", filterPattern=pattern, metricTransformations=[transformation]
    )
    at = int(time.time() * 1000)
    events = [{"timestamp": at, "message": message} for message in messages]
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)


def summed(engine: Any, name: str, **dimensions: str) -> Any:
    """Sum and count of a metric of these last minutes, once there is one."""
    now = time.time()

    def read() -> Any:
        points = engine.client("cloudwatch").get_metric_statistics(
            Namespace="App",
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=now - 600,
            EndTime=now + 600,
            Period=3600,
            Statistics=["Sum", "SampleCount"],
        )["Datapoints"]
        return (sum(p["Sum"] for p in points), sum(p["SampleCount"] for p in points)) if points else None

    return eventually(read)


def test_each_event_that_matches_counts(engine: Any) -> None:
    logged(engine, "counted", "ERROR", {**ERRORS, "metricName": "counted"}, "ERROR a", "fine", "ERROR b")
    assert summed(engine, "counted") == (2.0, 2.0)


def test_nothing_that_matches_is_the_default(engine: Any) -> None:
    transformation = {**ERRORS, "metricName": "quiet", "defaultValue": 0.0}
    logged(engine, "quiet", "ERROR", transformation, "fine", "fine too")
    assert summed(engine, "quiet") == (0.0, 1.0)


def test_a_field_of_json_is_the_value_and_another_a_dimension(engine: Any) -> None:
    transformation = {
        "metricName": "latency",
        "metricNamespace": "App",
        "metricValue": "$.ms",
        "dimensions": {"Path": "$.path"},
        "unit": "Milliseconds",
    }
    messages = ('{"ms": 5, "path": "/a"}', '{"ms": 7, "path": "/a"}', '{"ms": "slow", "path": "/a"}')
    logged(engine, "json", "{ $.path = * }", transformation, *messages)
    assert summed(engine, "latency", Path="/a") == (12.0, 2.0)


def test_a_column_is_the_value(engine: Any) -> None:
    transformation = {"metricName": "bytes", "metricNamespace": "App", "metricValue": "$bytes"}
    logged(engine, "columns", "[ip, status=4*, bytes]", transformation, "1.1.1.1 404 100", "1.1.1.1 200 9")
    assert summed(engine, "bytes") == (100.0, 1.0)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[a, b=2*, rest]", {"a": "1", "b": "2", "rest": "3 4"}),
        ("[a, ..., z]", {"a": "1", "z": "4"}),
        ("[..., y, z]", {"y": "3", "z": "4"}),
    ],
)
def test_columns_have_names(pattern: str, expected: dict[str, str]) -> None:
    assert columns.values(pattern, "1 2 3 4") == expected


@pytest.mark.specification("docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html")
@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"filterPattern": "{ $.a"}, "Invalid filter pattern"),
        ({"metricTransformations": [{**ERRORS, "metricValue": "$.a"}]}, r"\$.a is no number and no field"),
        ({"metricTransformations": [{**ERRORS, "metricNamespace": "AWS/App"}]}, "reserved for AWS"),
        (
            {
                "filterPattern": "{ $.a = 1 }",
                "metricTransformations": [{**ERRORS, "dimensions": {"A": "$.a"}, "defaultValue": 0.0}],
            },
            "dimensions and default value are mutually exclusive",
        ),
        ({"applyOnTransformedLogs": True}, "applyOnTransformedLogs of a metric filter is not executed"),
        ({"logGroupName": "nowhere"}, "The specified log group does not exist"),
    ],
)
def test_a_filter_that_could_not_count_is_refused(engine: Any, more: dict[str, Any], message: str) -> None:
    logs = engine.client("logs")
    if not logs.describe_log_groups(logGroupNamePrefix="refusing")["logGroups"]:
        logs.create_log_group(logGroupName="refusing")
    wanted = {
        "logGroupName": "refusing",
        "filterName": "f",
        "filterPattern": "ERROR",
        "metricTransformations": [ERRORS],
        **more,
    }
    with pytest.raises(ClientError, match=message):
        logs.put_metric_filter(**wanted)


@pytest.mark.specification(
    "docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html"
)
def test_filters_are_listed_tried_and_deleted_with_their_group(engine: Any) -> None:
    logs = engine.client("logs")
    logged(engine, "listed", "ERROR", {**ERRORS, "metricName": "listed"}, "fine")
    assert logs.describe_log_groups(logGroupNamePrefix="listed")["logGroups"][0]["metricFilterCount"] == 1
    by_metric = logs.describe_metric_filters(metricName="listed", metricNamespace="App")["metricFilters"]
    assert [(each["logGroupName"], each["filterName"]) for each in by_metric] == [("listed", "f")]
    tried = logs.test_metric_filter(filterPattern="[a, b]", logEventMessages=["1 2"])["matches"]
    assert tried == [{"eventNumber": 1, "eventMessage": "1 2", "extractedValues": {"$a": "1", "$b": "2"}}]
    logs.delete_log_group(logGroupName="listed")
    assert logs.describe_metric_filters(metricName="listed", metricNamespace="App")["metricFilters"] == []
    logs.create_log_group(logGroupName="listed")
    with pytest.raises(ClientError, match="The specified metric filter does not exist"):
        logs.delete_metric_filter(logGroupName="listed", filterName="f")
