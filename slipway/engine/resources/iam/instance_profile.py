"""AWS::IAM::InstanceProfile.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-instanceprofile.html
"""

from __future__ import annotations

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import gone_is_fine, or_removed, picked
from slipway.engine.resources.iam.principal import GONE

_NAME_LENGTH = 128


def create(call: ResourceCall) -> Created:
    """The profile with its one role. `Ref` is the name."""
    client = call.caller.client("iam")
    name = call.properties.get("InstanceProfileName") or call.physical_name(_NAME_LENGTH)
    made = client.create_instance_profile(InstanceProfileName=name, **picked(call.properties, "Path"))
    with or_removed(call, name):
        for role in call.properties["Roles"]:
            client.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
    return Created(name, {"Arn": made["InstanceProfile"]["Arn"]})


def update(call: ResourceCall) -> Created:
    """Another role; a profile holds one, so the old one goes first."""
    client, name = call.caller.client("iam"), call.physical_id
    before, after = call.old_properties["Roles"], call.properties["Roles"]
    for role in before:
        if role not in after:
            _take(call, role)
    for role in after:
        if role not in before:
            client.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
    found = client.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    return Created(name, {"Arn": found["Arn"]})


def delete(call: ResourceCall) -> None:
    """The profile; its role stays."""
    for role in call.properties["Roles"]:
        _take(call, role)
    with gone_is_fine(GONE):
        call.caller.client("iam").delete_instance_profile(InstanceProfileName=call.physical_id)


def _take(call: ResourceCall, role: str) -> None:
    with gone_is_fine(GONE):
        call.caller.client("iam").remove_role_from_instance_profile(InstanceProfileName=call.physical_id, RoleName=role)


RESOURCES = {
    "AWS::IAM::InstanceProfile": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset({"InstanceProfileName", "Path", "Roles"}),
    )
}
