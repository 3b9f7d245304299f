"""AWS::CloudWatch through stacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.resources.conftest import Deployment

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudWatch.html"
)
METRIC = {
    "Namespace": "Team",
    "MetricName": "Errors",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
}


def alarm(**properties: Any) -> dict[str, Any]:
    return {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {**METRIC, **properties}}}


def composite(**properties: Any) -> dict[str, Any]:
    rule = {"AlarmRule": {"Fn::Sub": "ALARM(${Alarm})"}}
    return {"Both": {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {**rule, **properties}}}


def described(engine: Any, name: str) -> dict[str, Any]:
    found = engine.client("cloudwatch").describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    [one] = found["MetricAlarms"] + found["CompositeAlarms"]
    return dict(one)


def tags(engine: Any, arn: str) -> dict[str, str]:
    found = engine.client("cloudwatch").list_tags_for_resource(ResourceARN=arn)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in found}


def test_an_alarm_is_changed_in_place(engine: Any, deployed: Deployment) -> None:
    first = {"AlarmDescription": "Old", "InsufficientDataActions": [{"Ref": "Topic"}], "Unit": "Count"}
    topic = {"Topic": {"Type": "AWS::SNS::Topic"}}
    resources = {**topic, **alarm(**first, Tags=[{"Key": "old", "Value": "1"}])}
    name, arn, topic_arn = deployed(resources, "Alarm", "Alarm.Arn", "Topic")
    found = described(engine, name)
    assert (found["AlarmArn"], found["InsufficientDataActions"], found["Unit"]) == (arn, [topic_arn], "Count")
    second = {"Threshold": "2.5", "Dimensions": [{"Name": "Stage", "Value": "test"}]}
    assert deployed({**topic, **alarm(**second, Tags=[{"Key": "new", "Value": "2"}])}, "Alarm") == [name]
    found = described(engine, name)
    assert (found["Threshold"], found["Dimensions"]) == (2.5, second["Dimensions"])
    assert not found.get("AlarmDescription")
    assert ("old" in tags(engine, arn), tags(engine, arn)["new"]) == (False, "2")


def test_a_change_of_name_makes_another_alarm(engine: Any, deployed: Deployment) -> None:
    names = [deployed.stacks.name("first"), deployed.stacks.name("second")]
    assert [deployed(alarm(AlarmName=name), "Alarm")[0] for name in names] == names
    assert engine.client("cloudwatch").describe_alarms(AlarmNames=names[:1])["MetricAlarms"] == []


def test_an_alarm_that_is_there_already_is_not_taken_over(engine: Any, deployed: Deployment) -> None:
    name = deployed.stacks.name("taken")
    engine.client("cloudwatch").put_metric_alarm(AlarmName=name, **METRIC | {"Threshold": 9.0})
    reason = deployed.failing(alarm(AlarmName=name))
    assert f"Resource of type 'AWS::CloudWatch::Alarm' with identifier '{name}' already exists." in reason
    assert described(engine, name)["Threshold"] == 9.0


def test_a_role_that_may_not_put_alarms_makes_none(deployed: Deployment) -> None:
    reason = deployed.failing(alarm(), RoleARN=deployed.role("cloudwatch:DeleteAlarms"))
    assert "is not authorized to perform: cloudwatch:PutMetricAlarm" in reason


def test_an_alarm_with_an_action_that_is_not_executed_is_refused_with_its_stack(stacks: Any) -> None:
    action = "arn:aws:automate:us-east-1:ec2:stop"
    assert f"Resource Alarm: AlarmActions: {action}" in stacks.refused({"Resources": alarm(AlarmActions=[action])})


def test_a_composite_alarm_is_changed_in_place(engine: Any, deployed: Deployment) -> None:
    name, arn = deployed({**alarm(), **composite(AlarmDescription="Old")}, "Both", "Both.Arn")
    negated = {"AlarmRule": {"Fn::Sub": "NOT ALARM(${Alarm})"}, "Tags": [{"Key": "team", "Value": "ml"}]}
    same, child = deployed({**alarm(), **composite(**negated)}, "Both", "Alarm")
    assert same == name
    assert described(engine, name)["AlarmRule"] == f"NOT ALARM({child})"
    assert tags(engine, arn)["team"] == "ml"


def test_a_composite_alarm_over_an_alarm_that_is_not_there_fails(deployed: Deployment) -> None:
    reason = deployed.failing(composite(AlarmRule="ALARM(missing)"))
    assert "Could not save the composite alarm as alarms" in reason


def test_a_dashboard_is_changed_in_place_and_removed(
    engine: Any, deployed: Deployment, gone: Callable[..., bool]
) -> None:
    def dashboard(text: str, **properties: Any) -> dict[str, Any]:
        body = json.dumps({"widgets": [{"type": "text", "properties": {"markdown": text}}]})
        return {
            "Dashboard": {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": body, **properties}}
        }

    [name] = deployed(dashboard("old", Tags=[{"Key": "old", "Value": "1"}]), "Dashboard")
    deployed(dashboard("new", Tags=[{"Key": "new", "Value": "2"}]))
    found = engine.client("cloudwatch").get_dashboard(DashboardName=name)
    assert "new" in found["DashboardBody"]
    assert ("old" in tags(engine, found["DashboardArn"]), tags(engine, found["DashboardArn"])["new"]) == (False, "2")
    deployed.delete()
    assert gone("cloudwatch", "get_dashboard", DashboardName=name)


def test_a_dashboard_that_is_not_json_fails(deployed: Deployment) -> None:
    broken = {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": "not json"}}
    assert "DashboardBody" in deployed.failing({"Dashboard": broken})
