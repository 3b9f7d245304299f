"""AWS::IAM::Role.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
"""

from __future__ import annotations

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import (
    changed,
    gone_is_fine,
    or_removed,
    picked,
    tag_change,
    tag_list,
    tags_of,
    text_of,
)
from slipway.engine.resources.iam.principal import GONE, ROLE, check

_NAME_LENGTH = 64
_DEFAULT_SESSION_SECONDS = 3600


def create(call: ResourceCall) -> Created:
    """The role, then its policies. `Ref` is its name."""
    tags = tag_list(tags_of(call.properties))
    role = call.caller.client("iam").create_role(
        RoleName=call.properties.get("RoleName") or call.physical_name(_NAME_LENGTH),
        AssumeRolePolicyDocument=text_of(call.properties["AssumeRolePolicyDocument"]),
        **picked(call.properties, "Description", "MaxSessionDuration", "Path", "PermissionsBoundary"),
        **({"Tags": tags} if tags else {}),
    )["Role"]
    with or_removed(call, role["RoleName"]):
        ROLE.bring_policies(call, role["RoleName"])
    return Created(role["RoleName"], {"Arn": role["Arn"], "RoleId": role["RoleId"]})


def update(call: ResourceCall) -> Created:
    """Trust, description, session duration, boundary, policies and tags."""
    client, name = call.caller.client("iam"), call.physical_id
    if changed(call, "AssumeRolePolicyDocument"):
        document = text_of(call.properties["AssumeRolePolicyDocument"])
        client.update_assume_role_policy(RoleName=name, PolicyDocument=document)
    if changed(call, "Description", "MaxSessionDuration"):
        client.update_role(
            RoleName=name,
            Description=call.properties.get("Description", ""),
            MaxSessionDuration=call.properties.get("MaxSessionDuration", _DEFAULT_SESSION_SECONDS),
        )
    _set_boundary(call)
    ROLE.bring_policies(call, name)
    _set_tags(call)
    return Created(name)


def delete(call: ResourceCall) -> None:
    """The policies that the template gave it, then the role; one that has others refuses."""
    ROLE.take_policies(call, call.physical_id)
    with gone_is_fine(GONE):
        call.caller.client("iam").delete_role(RoleName=call.physical_id)


def _set_boundary(call: ResourceCall) -> None:
    client, name = call.caller.client("iam"), call.physical_id
    if not changed(call, "PermissionsBoundary"):
        return
    if "PermissionsBoundary" in call.properties:
        boundary = call.properties["PermissionsBoundary"]
        client.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
    else:
        client.delete_role_permissions_boundary(RoleName=name)


def _set_tags(call: ResourceCall) -> None:
    client, tags = call.caller.client("iam"), tag_change(call)
    if tags.removed:
        client.untag_role(RoleName=call.physical_id, TagKeys=tags.removed)
    if tags.set:
        client.tag_role(RoleName=call.physical_id, Tags=tag_list(tags.set))


RESOURCES = {
    "AWS::IAM::Role": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset(
            {
                "AssumeRolePolicyDocument",
                "Description",
                "ManagedPolicyArns",
                "MaxSessionDuration",
                "Path",
                "PermissionsBoundary",
                "Policies",
                "RoleName",
                "Tags",
            }
        ),
        check=check,
    )
}
