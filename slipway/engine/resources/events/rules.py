"""AWS::Events::Rule.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slipway.engine.mend.eventbridge import targets
from slipway.engine.mend.eventbridge.rules import pattern_refusal, schedule_refusal
from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resource_properties import (
    already_exists,
    changed,
    gone_is_fine,
    is_known,
    is_there,
    known_objects,
    or_removed,
    picked,
    tag_change,
    tag_list,
    tags_of,
    text_of,
)

_NAME_LENGTH = 64
_MISSING = "ResourceNotFoundException"
_DEFAULT_BUS = "default"
_RULE = ("Description", "EventPattern", "RoleArn", "ScheduleExpression", "State")


def create_rule(call: ResourceCall) -> Created:
    """The rule and its targets; a name that is taken is refused, though PutRule would change that rule."""
    properties, client = call.properties, _client(call)
    name = properties.get("Name") or call.physical_name(_NAME_LENGTH)
    if "Name" in properties and _rule_exists(call, name):
        raise already_exists("AWS::Events::Rule", name)
    tags = {"Tags": tag_list(tags_of(properties))} if tags_of(properties) else {}
    arn = client.put_rule(Name=name, **_bus(properties), **_rule(properties), **tags)["RuleArn"]
    with or_removed(call, _reference(properties, name)):
        _put_targets(call, name)
    return _created(properties, name, arn)


def update_rule(call: ResourceCall) -> Created:
    """The rule, its targets and its tags."""
    client, name = _client(call), _name(call)
    arn = client.put_rule(Name=name, **_bus(call.properties), **_rule(call.properties))["RuleArn"]
    if changed(call, "Targets"):
        kept = {target["Id"] for target in call.properties.get("Targets", [])}
        gone = [target["Id"] for target in call.old_properties.get("Targets", []) if target["Id"] not in kept]
        _remove_targets(call, name, gone)
        _put_targets(call, name)
    tags = tag_change(call)
    if tags.set:
        client.tag_resource(ResourceARN=arn, Tags=tag_list(tags.set))
    if tags.removed:
        client.untag_resource(ResourceARN=arn, TagKeys=tags.removed)
    return _created(call.properties, name, arn)


def delete_rule(call: ResourceCall) -> None:
    """The rule, after its targets: one that has any cannot be deleted."""
    client, name, bus = _client(call), _name(call), _bus(call.properties)
    with gone_is_fine(_MISSING):
        there = client.list_targets_by_rule(Rule=name, **bus)["Targets"]
        _remove_targets(call, name, [target["Id"] for target in there])
        client.delete_rule(Name=name, **bus)


def _client(call: ResourceCall) -> Any:
    return call.caller.client("events")


def _bus(properties: dict[str, Any]) -> dict[str, str]:
    return picked(properties, "EventBusName")


def _rule(properties: dict[str, Any]) -> dict[str, str]:
    return {name: text_of(value) for name, value in picked(properties, *_RULE).items()}


def _rule_exists(call: ResourceCall, name: str) -> bool:
    return is_there(lambda: _client(call).describe_rule(Name=name, **_bus(call.properties)), _MISSING)


def _put_targets(call: ResourceCall, name: str) -> None:
    if call.properties.get("Targets"):
        put = {"Rule": name, "Targets": call.properties["Targets"], **_bus(call.properties)}
        _all_done(_client(call).put_targets(**put))


def _remove_targets(call: ResourceCall, name: str, identifiers: list[str]) -> None:
    if identifiers:
        _all_done(_client(call).remove_targets(Rule=name, Ids=identifiers, **_bus(call.properties)))


def _all_done(answer: dict[str, Any]) -> None:
    """Targets fail one by one, in an answer that is a success."""
    for entry in answer["FailedEntries"]:
        raise ResourceFailed(f"{entry['TargetId']}: {entry['ErrorMessage']}")


def _name(call: ResourceCall) -> str:
    return call.physical_id.rpartition("|")[2]


def _reference(properties: dict[str, Any], name: str) -> str:
    """What `Ref` gives: the name, on another bus than the default one after the bus's."""
    bus = str(properties.get("EventBusName", _DEFAULT_BUS)).rpartition("/")[2]
    return name if bus == _DEFAULT_BUS else f"{bus}|{name}"


def _created(properties: dict[str, Any], name: str, arn: str) -> Created:
    return Created(_reference(properties, name), {"Arn": arn, "RuleName": name})


def check_rule(properties: dict[str, Any]) -> Iterator[str]:
    """What PutRule would refuse and targets of other kinds, as far as they are known."""
    schedule, pattern = properties.get("ScheduleExpression"), properties.get("EventPattern")
    if schedule and is_known(schedule) and schedule_refusal(str(schedule)):
        yield f"ScheduleExpression {schedule}: {schedule_refusal(str(schedule))}"
    if pattern and is_known(pattern) and pattern_refusal(text_of(pattern)):
        yield f"EventPattern: {pattern_refusal(text_of(pattern))}"
    for target in known_objects(properties.get("Targets")):
        service = str(target.get("Arn", "")).split(":")[2:3]
        if service and "${" not in service[0] and service[0] not in targets.KINDS:
            yield f"Targets.Arn {target['Arn']}: {_OTHER_TARGETS}"


_OTHER_KINDS = (*("AppSync", "Batch", "Ecs", "Http", "Kinesis", "RedshiftData", "RunCommand"),)
_OTHER_TARGETS = f"targets are of the services {', '.join(sorted(targets.KINDS))}"
RESOURCES = {
    "AWS::Events::Rule": ResourceType(
        create=create_rule,
        update=update_rule,
        delete=delete_rule,
        honours=frozenset({"EventBusName", "Name", "Tags", "Targets", *_RULE}),
        refuses={f"Targets.{kind}Parameters": _OTHER_TARGETS for kind in _OTHER_KINDS},
        check=check_rule,
    ),
}
