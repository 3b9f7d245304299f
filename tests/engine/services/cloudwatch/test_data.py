"""Metric data through the API."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway import local
from tests.engine.conftest import RunningEngine, start
from tests.engine.mend.account import eventually
from tests.engine.restart import killed_and_started

_API = "docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/"
pytestmark = pytest.mark.specification(f"{_API}API_PutMetricData.html")


@pytest.fixture
def namespace() -> str:
    return f"Tests/{uuid.uuid4().hex[:8]}"


def put(engine: Any, namespace: str, **datum: Any) -> None:
    datum = {"MetricName": "m", **({} if {"Values", "StatisticValues"} & set(datum) else {"Value": 1.0}), **datum}
    engine.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=[datum])


def read(engine: Any, namespace: str, **more: Any) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    request = {"StartTime": now - timedelta(minutes=5), "EndTime": now + timedelta(minutes=5), "Period": 3600}
    answer = engine.client("cloudwatch").get_metric_statistics(
        **{"Namespace": namespace, "MetricName": "m", "Statistics": ["Sum"], **request, **more}
    )
    found: list[dict[str, Any]] = answer["Datapoints"]
    return found


def refused(engine: Any, operation: str, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        getattr(engine.client("cloudwatch"), operation)(**request)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def test_a_value_a_list_of_values_and_a_statistic_set_are_added_up(engine: RunningEngine, namespace: str) -> None:
    put(engine, namespace, Value=1.0)
    put(engine, namespace, Values=[2.0, 3.0], Counts=[2.0, 1.0])
    put(engine, namespace, StatisticValues={"SampleCount": 2, "Sum": 10, "Minimum": 4, "Maximum": 6})
    points = read(engine, namespace, Statistics=["Sum", "SampleCount", "Minimum", "Maximum"])
    totals = [sum(point[name] for point in points) for name in ("Sum", "SampleCount")]
    assert totals == [18, 6]
    assert (min(p["Minimum"] for p in points), max(p["Maximum"] for p in points)) == (1, 6)


def test_a_metric_is_what_its_dimensions_are(engine: RunningEngine, namespace: str) -> None:
    put(engine, namespace, Dimensions=[{"Name": "a", "Value": "1"}, {"Name": "b", "Value": "2"}])
    assert read(engine, namespace) == []
    assert read(engine, namespace, Dimensions=[{"Name": "a", "Value": "1"}]) == []
    both = [{"Name": "b", "Value": "2"}, {"Name": "a", "Value": "1"}]
    assert sum(point["Sum"] for point in read(engine, namespace, Dimensions=both)) == 1


@pytest.mark.specification(f"{_API}API_ListMetrics.html")
def test_metrics_are_listed_by_namespace_name_and_dimension(engine: RunningEngine, namespace: str) -> None:
    put(engine, namespace, Dimensions=[{"Name": "a", "Value": "1"}])
    put(engine, namespace, MetricName="other")
    listed = engine.client("cloudwatch").list_metrics
    names = [metric["MetricName"] for metric in listed(Namespace=namespace)["Metrics"]]
    assert names == ["m", "other"]
    assert len(listed(Namespace=namespace, Dimensions=[{"Name": "a"}])["Metrics"]) == 1
    assert listed(Namespace=namespace, Dimensions=[{"Name": "a", "Value": "2"}])["Metrics"] == []


@pytest.mark.specification(f"{_API}API_GetMetricData.html")
def test_several_metrics_are_read_at_once_newest_first(engine: RunningEngine, namespace: str) -> None:
    now = datetime.now(UTC)
    for minutes, value in ((3, 1.0), (1, 2.0)):
        put(engine, namespace, Value=value, Timestamp=now - timedelta(minutes=minutes))
    metric = {"Namespace": namespace, "MetricName": "m"}
    answer = engine.client("cloudwatch").get_metric_data(
        MetricDataQueries=[{"Id": "q", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}],
        StartTime=now - timedelta(minutes=10),
        EndTime=now,
    )
    (result,) = answer["MetricDataResults"]
    assert (result["Id"], result["Label"], result["Values"]) == ("q", "m", [2.0, 1.0])


@pytest.mark.parametrize(
    ("datum", "code", "message"),
    [
        ({"Timestamp": 0.0}, "InvalidParameterValue", "within the past two weeks"),
        ({"Value": 1.0, "Values": [1.0]}, "InvalidParameterCombination", "are mutually exclusive"),
        ({"Values": [1.0], "Counts": [1.0, 2.0]}, "InvalidParameterValue", "as many members"),
    ],
)
def test_a_datum_that_is_not_as_documented_is_refused(
    engine: RunningEngine, namespace: str, datum: dict[str, Any], code: str, message: str
) -> None:
    given = refused(engine, "put_metric_data", Namespace=namespace, MetricData=[{"MetricName": "m", **datum}])
    assert given[0] == code
    assert message in given[1]


def test_the_namespaces_of_aws_are_for_its_services(engine: RunningEngine) -> None:
    request = {"Namespace": "AWS/Lambda", "MetricData": [{"MetricName": "m", "Value": 1.0}]}
    code, message = refused(engine, "put_metric_data", **request)
    assert (code, message) == ("InvalidParameterValue", "The value AWS/Lambda for parameter Namespace is invalid.")


@pytest.mark.specification(f"{_API}API_GetMetricData.html")
def test_metric_math_is_refused(engine: RunningEngine) -> None:
    now = datetime.now(UTC)
    _, message = refused(
        engine,
        "get_metric_data",
        MetricDataQueries=[{"Id": "e", "Expression": "m1 / m2"}],
        StartTime=now - timedelta(minutes=1),
        EndTime=now,
    )
    assert message == "e: metric math is not executed by the local engine; ask for a MetricStat"


@pytest.mark.specification(f"{_API}API_GetMetricStatistics.html")
def test_a_read_that_cannot_be_answered_is_refused(engine: RunningEngine, namespace: str) -> None:
    now = datetime.now(UTC)
    request = {"Namespace": namespace, "MetricName": "m", "StartTime": now, "EndTime": now, "Period": 60}
    assert "must be less than" in refused(engine, "get_metric_statistics", Statistics=["Sum"], **request)[1]
    assert "Exactly one of" in refused(engine, "get_metric_statistics", **request)[1]


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html")
def test_what_queues_hold_is_told_every_minute(engine: RunningEngine) -> None:
    name = f"q{uuid.uuid4().hex[:8]}"
    url = engine.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    engine.client("sqs").send_message(QueueUrl=url, MessageBody="x")

    def most() -> float:
        """The first minute's end may have come before the message."""
        points = read(
            engine,
            "AWS/SQS",
            MetricName="ApproximateNumberOfMessagesVisible",
            Dimensions=[{"Name": "QueueName", "Value": name}],
            Statistics=["Maximum"],
        )
        return max((float(point["Maximum"]) for point in points), default=0.0)

    eventually(lambda: most() == 1)


def test_data_that_was_acknowledged_is_there_after_kill_9(tmp_path: Path) -> None:
    engine = start(tmp_path / ".slipway")
    try:
        put(engine, "Tests/kept")
        again = RunningEngine(killed_and_started(engine.engine))
        assert [point["Sum"] for point in read(again, "Tests/kept")] == [1.0]
    finally:
        local.remove(tmp_path / ".slipway")
