"""AWS::Glue::Trigger.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-glue-trigger.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slipway.engine.resource import Created, Partly, ResourceCall, ResourceType
from slipway.engine.resource_properties import tags_of, text_of
from slipway.engine.resources.glue.common import NO_CATALOG, members, set_tags
from slipway.engine.services.glue import trigger_check


def create(call: ResourceCall) -> Created:
    """The trigger; its name is generated when none is given."""
    name = call.properties.get("Name") or call.physical_name(255)
    starts = {
        name: call.properties[name] for name in ("StartOnCreation", "Type", "WorkflowName") if name in call.properties
    }
    call.caller.client("glue").create_trigger(Name=name, Tags=tags_of(call.properties), **starts, **_definition(call))
    return Created(name)


def update(call: ResourceCall) -> Created:
    """Actions, predicate, description and tags."""
    call.caller.client("glue").update_trigger(Name=call.physical_id, TriggerUpdate=_definition(call))
    set_tags(call, "trigger")
    return Created(call.physical_id)


def delete(call: ResourceCall) -> None:
    """The trigger; that it is gone already is no error of Glue's."""
    call.caller.client("glue").delete_trigger(Name=call.physical_id)


def _definition(call: ResourceCall) -> dict[str, Any]:
    given = members(call, "Name", "Tags", "StartOnCreation", "Type", "WorkflowName")
    return {**given, "Actions": [_action(action) for action in given["Actions"]]}


def _action(action: dict[str, Any]) -> dict[str, Any]:
    texts = {name: text_of(value) for name, value in action.get("Arguments", {}).items()}
    return {**action, **({"Arguments": texts} if texts else {})}


def check(properties: dict[str, Any]) -> Iterator[str]:
    """What the engine would not execute of a trigger."""
    if not isinstance(properties.get("Type"), Partly):
        yield from trigger_check.not_executed(properties)


RESOURCES = {
    "AWS::Glue::Trigger": ResourceType(
        create,
        update,
        delete,
        honours=frozenset(
            {"Actions", "Description", "Name", "Predicate", "StartOnCreation", "Tags", "Type", "WorkflowName"}
        ),
        without_effect={"Actions.NotificationProperty": "no event is sent of a run that is late"},
        refuses={
            "Actions.CrawlerName": NO_CATALOG,
            "Actions.SecurityConfiguration": "there are no security configurations",
            "EventBatchingCondition": "triggers on events are not executed",
            "Predicate.Conditions.CrawlerName": NO_CATALOG,
            "Predicate.Conditions.CrawlState": NO_CATALOG,
            "Schedule": "use an EventBridge rule",
        },
        check=check,
    )
}
