"""AWS::SSM::Parameter.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resource_properties import (
    Properties,
    gone_is_fine,
    name_of_logical_id,
    picked,
    tag_change,
    tag_list,
    tags_of,
)

_TEXT = "text"
# What an update takes back when the template no longer says it.
_DEFAULTS = {"Description": "", "AllowedPattern": ""}


def create(call: ResourceCall) -> Created:
    """The parameter, with its tags.

    CloudFormation adds tags of its own, so `ssm:AddTagsToResource` is needed also when the template has none.
    """
    name = call.properties.get("Name") or name_of_logical_id(call, "CFN-")
    call.caller.check("ssm:AddTagsToResource", call.engine.arn("ssm", f"parameter/{name.removeprefix('/')}"))
    tags = tag_list(tags_of(call.properties))
    call.caller.client("ssm").put_parameter(Name=name, **_request(call.properties), **({"Tags": tags} if tags else {}))
    return _created(call, name)


def update(call: ResourceCall) -> Created:
    """A new version of the parameter; tags are changed apart, as PutParameter does not take both."""
    client, name = call.caller.client("ssm"), call.physical_id
    if _request(call.properties) != _request(call.old_properties):
        removed = {key: value for key, value in _DEFAULTS.items() if key in call.old_properties}
        client.put_parameter(Name=name, Overwrite=True, **{**removed, **_request(call.properties)})
    tags = tag_change(call)
    if tags.removed:
        client.remove_tags_from_resource(ResourceType="Parameter", ResourceId=name, TagKeys=tags.removed)
    if tags.set:
        client.add_tags_to_resource(ResourceType="Parameter", ResourceId=name, Tags=tag_list(tags.set))
    return _created(call, name)


def delete(call: ResourceCall) -> None:
    """The parameter with its history."""
    with gone_is_fine("ParameterNotFound"):
        call.caller.client("ssm").delete_parameter(Name=call.physical_id)


def _request(properties: Properties) -> dict[str, Any]:
    if properties.get("DataType", _TEXT) != _TEXT:
        raise ResourceFailed(
            f"DataType {properties['DataType']} of AWS::SSM::Parameter is not executed by the local engine: "
            "there are no machine images or integrations to validate its value against"
        )
    return picked(properties, "Type", "Value", "Description", "AllowedPattern", "DataType", "Tier")


def _created(call: ResourceCall, name: str) -> Created:
    arn = call.engine.arn("ssm", f"parameter/{name.removeprefix('/')}")
    return Created(name, {"Arn": arn, **picked(call.properties, "Type", "Value")})


RESOURCES = {
    "AWS::SSM::Parameter": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset({"AllowedPattern", "DataType", "Description", "Name", "Tags", "Tier", "Type", "Value"}),
        refuses={"Policies": "parameters do not expire and do not notify here"},
    )
}
