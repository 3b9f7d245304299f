"""AWS::IAM::Group.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-group.html
"""

from __future__ import annotations

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import changed, gone_is_fine, or_removed, picked
from slipway.engine.resources.iam.principal import GONE, GROUP, check

_NAME_LENGTH = 128


def create(call: ResourceCall) -> Created:
    """The group, then its policies. `Ref` is the name."""
    name = call.properties.get("GroupName") or call.physical_name(_NAME_LENGTH)
    group = call.caller.client("iam").create_group(GroupName=name, **picked(call.properties, "Path"))["Group"]
    with or_removed(call, name):
        GROUP.bring_policies(call, name)
    return Created(name, {"Arn": group["Arn"]})


def update(call: ResourceCall) -> Created:
    """Path and policies."""
    client, name = call.caller.client("iam"), call.physical_id
    if changed(call, "Path"):
        client.update_group(GroupName=name, NewPath=call.properties.get("Path", "/"))
    GROUP.bring_policies(call, name)
    return Created(name, {"Arn": client.get_group(GroupName=name)["Group"]["Arn"]})


def delete(call: ResourceCall) -> None:
    """The policies that the template gave it, then the group; one that has members refuses."""
    GROUP.take_policies(call, call.physical_id)
    with gone_is_fine(GONE):
        call.caller.client("iam").delete_group(GroupName=call.physical_id)


RESOURCES = {
    "AWS::IAM::Group": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset({"GroupName", "ManagedPolicyArns", "Path", "Policies"}),
        check=check,
    )
}
