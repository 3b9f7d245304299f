"""AWS::KMS::Key and AWS::KMS::Alias.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-alias.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resource_properties import (
    Properties,
    changed,
    gone_is_fine,
    or_removed,
    picked,
    tag_change,
    tag_list,
    tags_of,
    text_of,
)

# "You can't change the value … after the KMS key is created": an update fails, it does not replace the key.
_UNCHANGEABLE = {
    "KeySpec": "SYMMETRIC_DEFAULT",
    "KeyUsage": "ENCRYPT_DECRYPT",
    "MultiRegion": False,
    "Origin": "AWS_KMS",
}


def create_key(call: ResourceCall) -> Created:
    """The key; rotation and a disabled state are set on it afterwards."""
    client = call.caller.client("kms")
    metadata = client.create_key(**_request(call.properties))["KeyMetadata"]
    with or_removed(call, metadata["KeyId"]):
        _set_rotation(call, metadata["KeyId"])
        if not _enabled(call.properties):
            client.disable_key(KeyId=metadata["KeyId"])
    return Created(metadata["KeyId"], {"Arn": metadata["Arn"], "KeyId": metadata["KeyId"]})


def update_key(call: ResourceCall) -> Created:
    """Policy, description, rotation, state and tags; a disabled key is enabled first, since it takes no change."""
    client, key_id = call.caller.client("kms"), call.physical_id
    _refuse_unchangeable(call)
    if _enabled(call.properties) and not _enabled(call.old_properties):
        client.enable_key(KeyId=key_id)
    if changed(call, "KeyPolicy") and "KeyPolicy" in call.properties:
        client.put_key_policy(KeyId=key_id, **_policy(call.properties))
    if changed(call, "Description"):
        client.update_key_description(KeyId=key_id, Description=call.properties.get("Description", ""))
    if changed(call, "EnableKeyRotation", "RotationPeriodInDays"):
        _set_rotation(call, key_id)
    _set_tags(call)
    if _enabled(call.old_properties) and not _enabled(call.properties):
        client.disable_key(KeyId=key_id)
    return Created(key_id)


def delete_key(call: ResourceCall) -> None:
    """Schedule the deletion, in 30 days unless the template says otherwise."""
    window = picked(call.properties, "PendingWindowInDays")
    client = call.caller.client("kms")
    with gone_is_fine("NotFoundException"):
        if client.describe_key(KeyId=call.physical_id)["KeyMetadata"]["KeyState"] != "PendingDeletion":
            client.schedule_key_deletion(KeyId=call.physical_id, **window)


def create_alias(call: ResourceCall) -> Created:
    """The alias; its name is always given."""
    call.caller.client("kms").create_alias(**picked(call.properties, "AliasName", "TargetKeyId"))
    return Created(call.properties["AliasName"])


def update_alias(call: ResourceCall) -> Created:
    """Point the alias at another key."""
    call.caller.client("kms").update_alias(AliasName=call.physical_id, TargetKeyId=call.properties["TargetKeyId"])
    return Created(call.physical_id)


def delete_alias(call: ResourceCall) -> None:
    """The alias, not its key."""
    with gone_is_fine("NotFoundException"):
        call.caller.client("kms").delete_alias(AliasName=call.physical_id)


def _request(properties: Properties) -> dict[str, Any]:
    tags = tag_list(tags_of(properties), "TagKey", "TagValue")
    plain = picked(properties, "Description", "KeySpec", "KeyUsage", "MultiRegion", "Origin")
    return {**plain, **_policy(properties), **({"Tags": tags} if tags else {})}


def _policy(properties: Properties) -> dict[str, Any]:
    policy = {"Policy": text_of(properties["KeyPolicy"])} if "KeyPolicy" in properties else {}
    return {**policy, **picked(properties, "BypassPolicyLockoutSafetyCheck")}


def _enabled(properties: Properties) -> bool:
    return bool(properties.get("Enabled", True))


def _set_rotation(call: ResourceCall, key_id: str) -> None:
    client = call.caller.client("kms")
    if call.properties.get("EnableKeyRotation"):
        client.enable_key_rotation(KeyId=key_id, **picked(call.properties, "RotationPeriodInDays"))
    elif call.old_properties.get("EnableKeyRotation"):
        client.disable_key_rotation(KeyId=key_id)


def _refuse_unchangeable(call: ResourceCall) -> None:
    for name, default in _UNCHANGEABLE.items():
        if call.properties.get(name, default) != call.old_properties.get(name, default):
            raise ResourceFailed(
                f"{name} of a KMS key cannot be changed after the key is created; "
                "give the resource another logical id to make another key"
            )


def _set_tags(call: ResourceCall) -> None:
    client, tags = call.caller.client("kms"), tag_change(call)
    if tags.removed:
        client.untag_resource(KeyId=call.physical_id, TagKeys=tags.removed)
    if tags.set:
        client.tag_resource(KeyId=call.physical_id, Tags=tag_list(tags.set, "TagKey", "TagValue"))


RESOURCES = {
    "AWS::KMS::Key": ResourceType(
        create=create_key,
        update=update_key,
        delete=delete_key,
        honours=frozenset(
            {
                "BypassPolicyLockoutSafetyCheck",
                "Description",
                "EnableKeyRotation",
                "Enabled",
                "KeyPolicy",
                "KeySpec",
                "KeyUsage",
                "MultiRegion",
                "Origin",
                "PendingWindowInDays",
                "RotationPeriodInDays",
                "Tags",
            }
        ),
    ),
    "AWS::KMS::Alias": ResourceType(
        create=create_alias,
        update=update_alias,
        delete=delete_alias,
        honours=frozenset({"AliasName", "TargetKeyId"}),
    ),
}
