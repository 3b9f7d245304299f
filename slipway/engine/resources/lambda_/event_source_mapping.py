"""AWS::Lambda::EventSourceMapping, of queues.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import (
    Properties,
    gone_is_fine,
    is_there,
    or_removed,
    picked,
    tag_change,
    tags_of,
)
from slipway.engine.resources.lambda_.names import GONE

_POLL_SECONDS = 0.05
# What UpdateEventSourceMapping is told when a template drops a property.
_DEFAULTS: dict[str, Any] = {
    "BatchSize": 10,
    "Enabled": True,
    "FilterCriteria": {"Filters": []},
    "FunctionResponseTypes": [],
    "MaximumBatchingWindowInSeconds": 0,
    "ScalingConfig": {},
}


def create(call: ResourceCall) -> Created:
    """The mapping, which is then waited for. `Ref` is its id."""
    tags = tags_of(call.properties)
    made = call.caller.client("lambda").create_event_source_mapping(
        **picked(call.properties, "EventSourceArn", "FunctionName", *_DEFAULTS), **({"Tags": tags} if tags else {})
    )
    with or_removed(call, made["UUID"]):
        _wait(call, made["UUID"])
    return Created(made["UUID"], {"Id": made["UUID"], "EventSourceMappingArn": _arn(call, made["UUID"])})


def update(call: ResourceCall) -> Created:
    """Everything but the queue; what the template no longer says goes back to its default."""
    client = call.caller.client("lambda")
    dropped = {name: value for name, value in _DEFAULTS.items() if name in call.old_properties}
    request = {**dropped, **picked(call.properties, "FunctionName", *_DEFAULTS)}
    client.update_event_source_mapping(UUID=call.physical_id, **request)
    _wait(call, call.physical_id)
    tags, arn = tag_change(call), _arn(call, call.physical_id)
    if tags.removed:
        client.untag_resource(Resource=arn, TagKeys=tags.removed)
    if tags.set:
        client.tag_resource(Resource=arn, Tags=tags.set)
    return Created(call.physical_id)


def delete(call: ResourceCall) -> None:
    """The mapping; done when it reads the queue no more."""
    client, identifier = call.caller.client("lambda"), call.physical_id
    with gone_is_fine(GONE):
        client.delete_event_source_mapping(UUID=identifier)
        while is_there(lambda: client.get_event_source_mapping(UUID=identifier), GONE):
            time.sleep(_POLL_SECONDS)


def _wait(call: ResourceCall, identifier: str) -> None:
    client = call.caller.client("lambda")
    while client.get_event_source_mapping(UUID=identifier)["State"] not in ("Enabled", "Disabled"):
        time.sleep(_POLL_SECONDS)


def _arn(call: ResourceCall, identifier: str) -> str:
    return call.engine.arn("lambda", f"event-source-mapping:{identifier}")


def _check(properties: Properties) -> Iterator[str]:
    source = properties.get("EventSourceArn")
    if isinstance(source, str) and source.startswith("arn:") and source.split(":")[2] != "sqs":
        yield f"EventSourceArn {source}: only Amazon SQS queues are polled"


RESOURCES = {
    "AWS::Lambda::EventSourceMapping": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset(
            {
                "BatchSize",
                "Enabled",
                "EventSourceArn",
                "FilterCriteria",
                "FunctionName",
                "FunctionResponseTypes",
                "MaximumBatchingWindowInSeconds",
                "ScalingConfig",
                "Tags",
            }
        ),
        refuses={"KmsKeyArn": "the key of filter criteria is not asked here"},
        check=_check,
    )
}
