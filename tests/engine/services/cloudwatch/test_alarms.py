"""Alarms on real data, by a fast clock."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.mend.account import eventually, let_in, messages, queue

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
)


def put_alarm(engine: Any, name: str, **more: Any) -> None:
    alarm = {
        "AlarmName": name,
        "Namespace": "Tests",
        "MetricName": name,
        "Dimensions": [{"Name": "Side", "Value": "left"}],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    }
    engine.client("cloudwatch").put_metric_alarm(**{**alarm, **more})


def state(engine: Any, name: str) -> str:
    alarms = engine.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    found: str = alarms[0]["StateValue"]
    return found


def changes(engine: Any, name: str) -> list[str]:
    """The alarm's changes of state, oldest first: one that lasts a second may be over before anybody asks."""
    kept = engine.client("cloudwatch").describe_alarm_history(AlarmName=name, HistoryItemType="StateUpdate")
    return [item["HistorySummary"] for item in reversed(kept["AlarmHistoryItems"])]


def put(engine: Any, name: str, side: str, value: float) -> None:
    datum = {"MetricName": name, "Dimensions": [{"Name": "Side", "Value": side}], "Value": value}
    engine.client("cloudwatch").put_metric_data(Namespace="Tests", MetricData=[datum])


def test_an_alarm_rises_on_its_own_dimensions_and_falls_again(engine: Any) -> None:
    put_alarm(engine, "sided")
    eventually(lambda: state(engine, "sided") == "OK")
    put(engine, "sided", "right", 5.0)
    time.sleep(2.5)
    assert state(engine, "sided") == "OK"
    put(engine, "sided", "left", 5.0)
    there_and_back = ["Alarm updated from OK to ALARM", "Alarm updated from ALARM to OK"]
    eventually(lambda: changes(engine, "sided")[-2:] == there_and_back)


def test_an_alarm_publishes_to_its_topic_as_cloudwatch(engine: Any) -> None:
    sns, (url, arn) = engine.client("sns"), queue(engine, "alarm-messages")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    let_in(engine, url, arn, "sns.amazonaws.com", topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    put_alarm(engine, "told", AlarmActions=[topic])
    put(engine, "told", "left", 5.0)
    body = json.loads(eventually(lambda: messages(engine, url))[0]["Body"])
    told = json.loads(body["Message"])
    assert body["Subject"] == 'ALARM: "told" in us-east-1'
    assert told["NewStateValue"] == "ALARM"
    assert told["Trigger"]["Dimensions"] == [{"name": "Side", "value": "left"}]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"AlarmActions": ["arn:aws:automate:us-east-1:ec2:stop"]},
            "AlarmActions: .* is not executed here",
            id="action",
        ),
        pytest.param(
            {"EvaluateLowSampleCountPercentile": "ignore"}, "EvaluateLowSampleCountPercentile", id="percentile"
        ),
    ],
)
def test_an_alarm_that_is_not_executed_is_refused(engine: Any, change: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        put_alarm(engine, "refused", **change)


def test_periods_of_a_read_follow_the_clock(engine: Any) -> None:
    begun = time.time()
    put(engine, "read", "left", 1.0)
    time.sleep(1.1)
    put(engine, "read", "left", 2.0)
    answer = engine.client("cloudwatch").get_metric_statistics(
        Namespace="Tests",
        MetricName="read",
        Dimensions=[{"Name": "Side", "Value": "left"}],
        StartTime=begun - 5,
        EndTime=begun + 60,
        Period=60,
        Statistics=["Sum"],
    )
    assert [point["Sum"] for point in answer["Datapoints"]] == [1.0, 2.0]
