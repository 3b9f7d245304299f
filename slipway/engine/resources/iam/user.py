"""AWS::IAM::User.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-user.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import (
    Properties,
    changed,
    gone_is_fine,
    or_removed,
    picked,
    tag_change,
    tag_list,
    tags_of,
)
from slipway.engine.resources.iam.principal import GONE, USER, check

_NAME_LENGTH = 64


def create(call: ResourceCall) -> Created:
    """The user, then groups and policies. `Ref` is the name."""
    tags = tag_list(tags_of(call.properties))
    user = call.caller.client("iam").create_user(
        UserName=call.properties.get("UserName") or call.physical_name(_NAME_LENGTH),
        **picked(call.properties, "Path", "PermissionsBoundary"),
        **({"Tags": tags} if tags else {}),
    )["User"]
    with or_removed(call, user["UserName"]):
        _bring_groups(call, user["UserName"])
        USER.bring_policies(call, user["UserName"])
    return Created(user["UserName"], {"Arn": user["Arn"]})


def update(call: ResourceCall) -> Created:
    """Path, boundary, groups, policies and tags."""
    client, name = call.caller.client("iam"), call.physical_id
    if changed(call, "Path"):
        client.update_user(UserName=name, NewPath=call.properties.get("Path", "/"))
    if changed(call, "PermissionsBoundary"):
        _set_boundary(client, name, call.properties)
    _bring_groups(call, name)
    USER.bring_policies(call, name)
    tags = tag_change(call)
    if tags.removed:
        client.untag_user(UserName=name, TagKeys=tags.removed)
    if tags.set:
        client.tag_user(UserName=name, Tags=tag_list(tags.set))
    return Created(name, {"Arn": client.get_user(UserName=name)["User"]["Arn"]})


def delete(call: ResourceCall) -> None:
    """What the template gave the user, then the user; one with access keys of its own refuses."""
    client, name = call.caller.client("iam"), call.physical_id
    USER.take_policies(call, name)
    for group in _groups(call.properties):
        _leave(client, name, group)
    with gone_is_fine(GONE):
        client.delete_user(UserName=name)


def _set_boundary(client: Any, name: str, properties: Properties) -> None:
    if "PermissionsBoundary" in properties:
        client.put_user_permissions_boundary(UserName=name, PermissionsBoundary=properties["PermissionsBoundary"])
    else:
        client.delete_user_permissions_boundary(UserName=name)


def _bring_groups(call: ResourceCall, name: str) -> None:
    client = call.caller.client("iam")
    before, after = _groups(call.old_properties), _groups(call.properties)
    for group in after:
        if group not in before:
            client.add_user_to_group(UserName=name, GroupName=group)
    for group in before:
        if group not in after:
            _leave(client, name, group)


def _leave(client: Any, name: str, group: str) -> None:
    with gone_is_fine(GONE):
        client.remove_user_from_group(UserName=name, GroupName=group)


def _groups(properties: Properties) -> list[str]:
    return list(dict.fromkeys(properties.get("Groups", ())))


RESOURCES = {
    "AWS::IAM::User": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset(
            {"Groups", "ManagedPolicyArns", "Path", "PermissionsBoundary", "Policies", "Tags", "UserName"}
        ),
        refuses={"LoginProfile": "there is no console to sign in to"},
        check=check,
    )
}
