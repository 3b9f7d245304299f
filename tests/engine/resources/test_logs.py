"""AWS::Logs through stacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.resources.conftest import Deployment

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Logs.html")


def group(**properties: Any) -> dict[str, Any]:
    return {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": properties}}


def described(engine: Any, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = engine.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return found


def test_a_group_is_changed_in_place(engine: Any, deployed: Deployment) -> None:
    name, arn = deployed(group(RetentionInDays="7", Tags=[{"Key": "old", "Value": "1"}]), "Group", "Group.Arn")
    assert arn == f"arn:aws:logs:us-east-1:111122223333:log-group:{name}:*"
    assert described(engine, name)[0]["retentionInDays"] == 7
    assert deployed(group(RetentionInDays=30, Tags=[{"Key": "new", "Value": "2"}]), "Group") == [name]
    assert described(engine, name)[0]["retentionInDays"] == 30
    deployed(group(Tags=[{"Key": "new", "Value": "2"}]))
    assert "retentionInDays" not in described(engine, name)[0]
    tags = engine.client("logs").list_tags_for_resource(resourceArn=arn.removesuffix(":*"))["tags"]
    assert ("old" in tags, tags["new"]) == (False, "2")


def test_a_change_of_name_makes_another_group(engine: Any, deployed: Deployment) -> None:
    [first] = deployed(group(LogGroupName=deployed.stacks.name("first")), "Group")
    deployed(group(LogGroupName=deployed.stacks.name("second")))
    assert described(engine, first) == []


def test_a_group_that_is_there_already_is_not_taken_over(engine: Any, deployed: Deployment) -> None:
    name = deployed.stacks.name("taken")
    engine.client("logs").create_log_group(logGroupName=name)
    reason = deployed.failing(group(LogGroupName=name))
    assert "already exists" in reason
    assert "HandlerErrorCode: AlreadyExists" in reason
    assert described(engine, name)


def test_a_group_whose_retention_is_refused_is_removed(engine: Any, deployed: Deployment) -> None:
    name = deployed.stacks.name("half")
    role = deployed.role("logs:CreateLogGroup", "logs:DeleteLogGroup")
    reason = deployed.failing(group(LogGroupName=name, RetentionInDays=7), RoleARN=role)
    assert "is not authorized to perform: logs:PutRetentionPolicy" in reason
    assert described(engine, name) == []


def test_a_stream_lives_in_its_group(engine: Any, deployed: Deployment) -> None:
    stream = {"Type": "AWS::Logs::LogStream", "Properties": {"LogGroupName": {"Ref": "Group"}, "LogStreamName": "s"}}
    name, reference = deployed({**group(), "Stream": stream}, "Group", "Stream")
    logs = engine.client("logs")
    streams = logs.describe_log_streams(logGroupName=name)["logStreams"]
    assert ([found["logStreamName"] for found in streams], reference) == (["s"], "s")
    deployed(group())
    assert logs.describe_log_streams(logGroupName=name)["logStreams"] == []


def test_a_resource_policy_is_changed_in_place_and_removed(engine: Any, deployed: Deployment) -> None:
    def resources(action: str) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": action}
        document = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]})
        properties = {"PolicyName": deployed.stacks.name("policy"), "PolicyDocument": document}
        return {**group(), "Policy": {"Type": "AWS::Logs::ResourcePolicy", "Properties": properties}}

    def actions() -> list[str]:
        found = engine.client("logs").describe_resource_policies()["resourcePolicies"]
        documents = [json.loads(policy["policyDocument"]) for policy in found if policy["policyName"] == name]
        return [document["Statement"][0]["Action"] for document in documents]

    [name] = deployed(resources("logs:PutLogEvents"), "Policy")
    assert actions() == ["logs:PutLogEvents"]
    deployed(resources("logs:CreateLogStream"))
    assert actions() == ["logs:CreateLogStream"]
    deployed(group())
    assert actions() == []


def test_deleting_a_group_that_is_gone_succeeds(engine: Any, deployed: Deployment, gone: Callable[..., bool]) -> None:
    [name] = deployed(group(), "Group")
    engine.client("logs").delete_log_group(logGroupName=name)
    assert gone("logs", "describe_log_streams", logGroupName=name)
    deployed.delete()


def test_a_role_that_may_not_tag_makes_no_group_with_tags(deployed: Deployment) -> None:
    role = deployed.role("logs:CreateLogGroup", "logs:DeleteLogGroup")
    reason = deployed.failing(group(Tags=[{"Key": "team", "Value": "ml"}]), RoleARN=role)
    assert "is not authorized to perform: logs:TagResource" in reason


def test_a_metric_filter_is_changed_in_place_and_gone_with_its_stack(engine: Any, deployed: Deployment) -> None:
    def filtered(pattern: str) -> dict[str, Any]:
        transformation = {"MetricName": "errors", "MetricNamespace": "App", "MetricValue": "1", "DefaultValue": 0}
        properties = {
            "LogGroupName": {"Ref": "Group"},
            "FilterPattern": pattern,
            "MetricTransformations": [transformation],
        }
        return {**group(), "Filter": {"Type": "AWS::Logs::MetricFilter", "Properties": properties}}

    def there() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = engine.client("logs").describe_metric_filters(logGroupName=name)["metricFilters"]
        return found

    name, first = deployed(filtered("ERROR"), "Group", "Filter")
    assert there()[0]["metricTransformations"][0]["defaultValue"] == 0.0
    assert deployed(filtered("FATAL"), "Filter") == [first]
    assert [(each["filterName"], each["filterPattern"]) for each in there()] == [(first, "FATAL")]
    deployed(group())
    assert there() == []
