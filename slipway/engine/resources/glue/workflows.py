"""AWS::Glue::Workflow.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-glue-workflow.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import tags_of, text_of
from slipway.engine.resources.glue.common import members, set_tags


def create(call: ResourceCall) -> Created:
    """The workflow; its name is generated when none is given."""
    name = call.properties.get("Name") or call.physical_name(255)
    call.caller.client("glue").create_workflow(Name=name, Tags=tags_of(call.properties), **_definition(call))
    return Created(name)


def update(call: ResourceCall) -> Created:
    """Description, properties, limit and tags; what was taken out is emptied."""
    emptied = {"Description": "", "DefaultRunProperties": {}}
    call.caller.client("glue").update_workflow(Name=call.physical_id, **{**emptied, **_definition(call)})
    set_tags(call, "workflow")
    return Created(call.physical_id)


def delete(call: ResourceCall) -> None:
    """The workflow; that it is gone already is no error of Glue's."""
    call.caller.client("glue").delete_workflow(Name=call.physical_id)


def _definition(call: ResourceCall) -> dict[str, Any]:
    given = members(call, "Name", "Tags")
    if "DefaultRunProperties" in given:
        given["DefaultRunProperties"] = {key: text_of(value) for key, value in given["DefaultRunProperties"].items()}
    return given


RESOURCES = {
    "AWS::Glue::Workflow": ResourceType(
        create,
        update,
        delete,
        honours=frozenset({"DefaultRunProperties", "Description", "MaxConcurrentRuns", "Name", "Tags"}),
    )
}
