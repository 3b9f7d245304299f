"""AWS::Events::EventBus.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbus.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import changed, picked, tag_change, tag_list, tags_of


def create_bus(call: ResourceCall) -> Created:
    """The bus."""
    properties = call.properties
    tags = {"Tags": tag_list(tags_of(properties))} if tags_of(properties) else {}
    _client(call).create_event_bus(Name=properties["Name"], **picked(properties, "Description"), **tags)
    return _created_bus(call)


def update_bus(call: ResourceCall) -> Created:
    """Description and tags."""
    client, created = _client(call), _created_bus(call)
    if changed(call, "Description"):
        client.update_event_bus(Name=created.physical_id, Description=call.properties.get("Description", ""))
    tags, arn = tag_change(call), created.attributes["Arn"]
    if tags.set:
        client.tag_resource(ResourceARN=arn, Tags=tag_list(tags.set))
    if tags.removed:
        client.untag_resource(ResourceARN=arn, TagKeys=tags.removed)
    return created


def delete_bus(call: ResourceCall) -> None:
    """The bus; DeleteEventBus takes one that is gone."""
    _client(call).delete_event_bus(Name=call.physical_id)


def _created_bus(call: ResourceCall) -> Created:
    name = call.properties["Name"]
    return Created(name, {"Arn": call.engine.arn("events", f"event-bus/{name}"), "Name": name})


def _client(call: ResourceCall) -> Any:
    return call.caller.client("events")


RESOURCES = {
    "AWS::Events::EventBus": ResourceType(
        create=create_bus,
        update=update_bus,
        delete=delete_bus,
        honours=frozenset({"Description", "Name", "Tags"}),
        refuses={
            "DeadLetterConfig": "a bus keeps no events; a rule's target may",
            "EventSourceName": "there are no partner event sources",
            "KmsKeyIdentifier": "events are not encrypted",
            "LogConfig": "a bus writes no logs",
            "Policy": "a bus's policy is not asked; within one account, identity policies decide",
        },
    ),
}
