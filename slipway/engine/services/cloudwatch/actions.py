"""What an alarm does when its state changes: an event, and its actions as CloudWatch's own calls.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine.engine import Engine

Alarm = dict[str, Any]
PRINCIPAL = "cloudwatch.amazonaws.com"
FUNCTION_PRINCIPAL = "lambda.alarms.cloudwatch.amazonaws.com"
_LISTS = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}

logger = logging.getLogger(__name__)


def refusal(alarm: Mapping[str, Any]) -> str:
    """Why an alarm cannot be put, empty when it can."""
    if alarm.get("EvaluateLowSampleCountPercentile") == "ignore":
        return "EvaluateLowSampleCountPercentile: ignore is not executed here; percentiles are always evaluated"
    for name in _LISTS.values():
        for arn in alarm.get(name) or []:
            if _kind(arn) not in ("sns", "lambda", "autoscaling"):
                return f"{name}: {arn} is not executed here; actions are SNS topics, functions and scaling policies"
    return ""


def _kind(arn: str) -> str:
    parts = arn.split(":")
    return parts[2] if len(parts) > 5 else ""


def dispatch(engine: Engine, alarm: Alarm, old: str) -> None:
    """Emit the event and take the actions for the new state, in the background.

    A scaling policy is not called: Application Auto Scaling watches its alarms by DescribeAlarms.
    """
    detail = _detail(alarm, old)
    engine.emit("aws.cloudwatch", "CloudWatch Alarm State Change", detail, [alarm["AlarmArn"]])
    if not alarm.get("ActionsEnabled", True):
        return
    for arn in alarm.get(_LISTS[alarm["StateValue"]]) or []:
        if _kind(arn) == "sns":
            engine.spawn(f"alarm {alarm['AlarmName']}", _publish, engine, alarm, arn, old)
        elif _kind(arn) == "lambda":
            engine.spawn(f"alarm {alarm['AlarmName']}", _invoke, engine, alarm["AlarmArn"], arn, detail)


def told(seconds: float) -> str:
    """A time as alarms tell it, `2026-01-31T12:00:00.000+0000`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")


def _now() -> str:
    return told(time.time())


def _detail(alarm: Alarm, old: str) -> dict[str, Any]:
    state = {"value": alarm["StateValue"], "reason": alarm["StateReason"], "timestamp": _now()}
    if alarm.get("StateReasonData"):
        state["reasonData"] = alarm["StateReasonData"]
    return {
        "alarmName": alarm["AlarmName"],
        "state": state,
        "previousState": {"value": old},
        "configuration": {
            "description": alarm.get("AlarmDescription", ""),
            **({"metrics": [_metric(alarm)]} if "MetricName" in alarm else {}),
        },
    }


def _metric(alarm: Alarm) -> dict[str, Any]:
    """docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html"""
    metric = {
        "namespace": alarm["Namespace"],
        "name": alarm["MetricName"],
        "dimensions": {dimension["Name"]: dimension["Value"] for dimension in alarm.get("Dimensions") or []},
    }
    stat = alarm.get("ExtendedStatistic") or alarm.get("Statistic")
    identifier = str(uuid.uuid5(uuid.NAMESPACE_URL, alarm["AlarmArn"]))
    return {
        "id": identifier,
        "metricStat": {"metric": metric, "period": alarm.get("Period"), "stat": stat},
        "returnData": True,
    }


def _publish(engine: Engine, alarm: Alarm, topic_arn: str, old: str) -> None:
    message = {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm.get("AlarmDescription"),
        "AWSAccountId": engine.account,
        "AlarmConfigurationUpdatedTimestamp": _now(),
        "NewStateValue": alarm["StateValue"],
        "NewStateReason": alarm["StateReason"],
        "StateChangeTime": _now(),
        "Region": engine.region,
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": old,
        "OKActions": alarm.get("OKActions", []),
        "AlarmActions": alarm.get("AlarmActions", []),
        "InsufficientDataActions": alarm.get("InsufficientDataActions", []),
        **({"Trigger": _trigger(alarm)} if "MetricName" in alarm else {"AlarmRule": alarm.get("AlarmRule")}),
    }
    subject = f'{alarm["StateValue"]}: "{alarm["AlarmName"]}" in {engine.region}'[:100]
    try:
        client = engine.as_service(PRINCIPAL, alarm["AlarmArn"]).client("sns")
        client.publish(TopicArn=topic_arn, Subject=subject, Message=json.dumps(message))
    except ClientError as error:
        logger.warning("alarm %s could not notify %s: %s", alarm["AlarmName"], topic_arn, error)


def _trigger(alarm: Alarm) -> dict[str, Any]:
    extended = alarm.get("ExtendedStatistic")
    return {
        "MetricName": alarm["MetricName"],
        "Namespace": alarm["Namespace"],
        "StatisticType": "ExtendedStatistic" if extended else "Statistic",
        "Statistic": extended or str(alarm.get("Statistic", "")).upper(),
        "Unit": alarm.get("Unit"),
        "Dimensions": [{"name": d["Name"], "value": d["Value"]} for d in alarm.get("Dimensions") or []],
        "Period": alarm.get("Period"),
        "EvaluationPeriods": alarm.get("EvaluationPeriods"),
        "DatapointsToAlarm": alarm.get("DatapointsToAlarm", alarm.get("EvaluationPeriods")),
        "ComparisonOperator": alarm.get("ComparisonOperator"),
        "Threshold": alarm.get("Threshold"),
        "TreatMissingData": alarm.get("TreatMissingData"),
    }


def _invoke(engine: Engine, alarm_arn: str, function_arn: str, detail: dict[str, Any]) -> None:
    event = {
        "source": "aws.cloudwatch",
        "alarmArn": alarm_arn,
        "accountId": engine.account,
        "time": _now(),
        "region": engine.region,
        "alarmData": detail,
    }
    try:
        client = engine.as_service(FUNCTION_PRINCIPAL, alarm_arn).client("lambda")
        client.invoke(FunctionName=function_arn, InvocationType="Event", Payload=json.dumps(event).encode())
    except ClientError as error:
        logger.warning("%s could not invoke %s: %s", alarm_arn, function_arn, error)
