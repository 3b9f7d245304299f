"""AWS::Events through stacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.resources.conftest import Deployment

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html"
)
PATTERN = {"source": ["team.ml"]}
QUEUE = {"Queue": {"Type": "AWS::SQS::Queue"}}


def rule(**properties: Any) -> dict[str, Any]:
    return {"Rule": {"Type": "AWS::Events::Rule", "Properties": properties}}


def to_queue(identifier: str) -> dict[str, Any]:
    return {"Id": identifier, "Arn": {"Fn::GetAtt": ["Queue", "Arn"]}}


def test_a_rule_has_its_pattern_targets_and_references(engine: Any, deployed: Deployment) -> None:
    properties = {"EventPattern": PATTERN, "Targets": [to_queue("one")], "Description": "Runs"}
    name, arn = deployed({**QUEUE, **rule(**properties)}, "Rule", "Rule.Arn")
    events = engine.client("events")
    found = events.describe_rule(Name=name)
    assert (found["Arn"], json.loads(found["EventPattern"]), found["Description"]) == (arn, PATTERN, "Runs")
    assert [target["Id"] for target in events.list_targets_by_rule(Rule=name)["Targets"]] == ["one"]


def test_a_rule_is_changed_in_place(engine: Any, deployed: Deployment) -> None:
    first = {"EventPattern": PATTERN, "Targets": [to_queue("one")], "Description": "Runs", "State": "DISABLED"}
    [name] = deployed({**QUEUE, **rule(**first, Tags=[{"Key": "old", "Value": "1"}])}, "Rule")
    second = {"ScheduleExpression": "rate(1 day)", "Targets": [to_queue("two")], "Tags": [{"Key": "new", "Value": "2"}]}
    same, arn = deployed({**QUEUE, **rule(**second)}, "Rule", "Rule.Arn")
    assert same == name
    events = engine.client("events")
    found = events.describe_rule(Name=name)
    assert (found["ScheduleExpression"], found["State"]) == ("rate(1 day)", "ENABLED")
    assert not found.get("EventPattern")
    assert not found.get("Description")
    assert [target["Id"] for target in events.list_targets_by_rule(Rule=name)["Targets"]] == ["two"]
    keys = [tag["Key"] for tag in events.list_tags_for_resource(ResourceARN=arn)["Tags"]]
    assert ("old" in keys, "new" in keys) == (False, True)


def test_a_change_of_name_makes_another_rule(deployed: Deployment, gone: Callable[..., bool]) -> None:
    names = [deployed.stacks.name("first"), deployed.stacks.name("second")]
    assert [deployed(rule(Name=name, EventPattern=PATTERN), "Rule")[0] for name in names] == names
    assert gone("events", "describe_rule", Name=names[0])


def test_a_rule_on_a_bus_is_called_after_it(engine: Any, deployed: Deployment, gone: Callable[..., bool]) -> None:
    bus = {"Type": "AWS::Events::EventBus", "Properties": {"Name": deployed.stacks.name("bus")}}
    on_bus = rule(EventPattern=PATTERN, EventBusName={"Ref": "Bus"}, Targets=[to_queue("one")])
    name, reference, arn = deployed({**QUEUE, "Bus": bus, **on_bus}, "Bus", "Rule", "Rule.Arn")
    assert reference.startswith(f"{name}|")
    assert arn == engine.client("events").describe_rule(Name=reference.partition("|")[2], EventBusName=name)["Arn"]
    deployed.delete()
    assert gone("events", "describe_event_bus", Name=name)


def test_a_rule_that_is_there_already_is_not_taken_over(engine: Any, deployed: Deployment) -> None:
    name = deployed.stacks.name("taken")
    engine.client("events").put_rule(Name=name, ScheduleExpression="rate(1 day)")
    reason = deployed.failing(rule(Name=name, EventPattern=PATTERN))
    assert f"Resource of type 'AWS::Events::Rule' with identifier '{name}' already exists." in reason
    assert engine.client("events").describe_rule(Name=name)["ScheduleExpression"] == "rate(1 day)"


def test_a_rule_whose_target_is_refused_is_removed(deployed: Deployment, gone: Callable[..., bool]) -> None:
    name = deployed.stacks.name("half")
    target = {"Id": "one", "Arn": "arn:aws:sqs:us-east-1:111122223333:missing"}
    assert "does not exist" in deployed.failing(rule(Name=name, EventPattern=PATTERN, Targets=[target]))
    assert gone("events", "describe_rule", Name=name)


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"EventPattern": {"source": "not a list"}}, "Event pattern is not valid"),
        ({"ScheduleExpression": "rate(1 fortnight)"}, "Parameter ScheduleExpression is not valid."),
    ],
    ids=["a pattern", "a schedule"],
)
def test_a_rule_that_eventbridge_would_refuse_is_refused_with_its_stack(
    stacks: Any, properties: dict[str, Any], message: str
) -> None:
    refused = stacks.refused({"Resources": rule(**properties)})
    assert refused.startswith("Resource Rule: ")
    assert message in refused


def test_a_rule_on_a_bus_that_is_not_there_fails(deployed: Deployment) -> None:
    reason = deployed.failing(rule(EventPattern=PATTERN, EventBusName="missing"))
    assert "Event bus missing does not exist." in reason


def test_a_role_that_may_not_put_targets_makes_no_rule(deployed: Deployment) -> None:
    role = deployed.role("sqs:*", "events:PutRule", "events:DeleteRule", "events:ListTargetsByRule")
    reason = deployed.failing({**QUEUE, **rule(EventPattern=PATTERN, Targets=[to_queue("one")])}, RoleARN=role)
    assert "is not authorized to perform: events:PutTargets" in reason


def test_a_bus_is_changed_in_place(engine: Any, deployed: Deployment) -> None:
    def bus(**properties: Any) -> dict[str, Any]:
        return {"Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": deployed.stacks.name(), **properties}}}

    name, arn, same = deployed(bus(Description="Old"), "Bus", "Bus.Arn", "Bus.Name")
    assert (name, arn) == (same, f"arn:aws:events:us-east-1:111122223333:event-bus/{name}")
    deployed(bus(Description="New", Tags=[{"Key": "team", "Value": "ml"}]))
    events = engine.client("events")
    assert events.describe_event_bus(Name=name)["Description"] == "New"
    assert {"Key": "team", "Value": "ml"} in events.list_tags_for_resource(ResourceARN=arn)["Tags"]
