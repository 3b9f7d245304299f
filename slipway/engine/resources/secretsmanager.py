"""AWS::SecretsManager::Secret and AWS::SecretsManager::ResourcePolicy.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-resourcepolicy.html
"""

from __future__ import annotations

import json
from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resource_properties import (
    changed,
    gone_is_fine,
    name_of_logical_id,
    picked,
    tag_change,
    tag_list,
    tags_of,
    text_of,
)

_OWN_KEY = "alias/aws/secretsmanager"
_GONE = "ResourceNotFoundException"
# Members of GenerateSecretString that say where the password goes; the others are GetRandomPassword's.
_PLACE = ("SecretStringTemplate", "GenerateStringKey")


def create_secret(call: ResourceCall) -> Created:
    """The secret with a given or a generated value, or with none. `Ref` is its ARN."""
    tags = tag_list(tags_of(call.properties))
    arn = call.caller.client("secretsmanager").create_secret(
        Name=call.properties.get("Name") or name_of_logical_id(call),
        **picked(call.properties, "Description", "KmsKeyId"),
        **_value(call),
        **({"Tags": tags} if tags else {}),
    )["ARN"]
    return Created(arn, {"Id": arn})


def update_secret(call: ResourceCall) -> Created:
    """Description, key, value and tags; a changed GenerateSecretString makes another value."""
    client, arn = call.caller.client("secretsmanager"), call.physical_id
    request: dict[str, Any] = {}
    if changed(call, "Description"):
        request["Description"] = call.properties.get("Description", "")
    if changed(call, "KmsKeyId"):
        request["KmsKeyId"] = call.properties.get("KmsKeyId", _OWN_KEY)
    if changed(call, "SecretString", "GenerateSecretString"):
        request |= _value(call)
    if request:
        client.update_secret(SecretId=arn, **request)
    tags = tag_change(call)
    if tags.removed:
        client.untag_resource(SecretId=arn, TagKeys=tags.removed)
    if tags.set:
        client.tag_resource(SecretId=arn, Tags=tag_list(tags.set))
    return Created(arn, {"Id": arn})


def delete_secret(call: ResourceCall) -> None:
    """At once: a stack's secret has no recovery window, its name is free again."""
    with gone_is_fine(_GONE):
        call.caller.client("secretsmanager").delete_secret(SecretId=call.physical_id, ForceDeleteWithoutRecovery=True)


def put_policy(call: ResourceCall) -> Created:
    """The policy of a secret. `Ref` is the secret's ARN."""
    arn = call.caller.client("secretsmanager").put_resource_policy(
        SecretId=call.properties["SecretId"], ResourcePolicy=text_of(call.properties["ResourcePolicy"])
    )["ARN"]
    return Created(arn, {"Id": arn})


def delete_policy(call: ResourceCall) -> None:
    """The policy; the secret stays."""
    with gone_is_fine(_GONE):
        call.caller.client("secretsmanager").delete_resource_policy(SecretId=call.physical_id)


def _value(call: ResourceCall) -> dict[str, str]:
    properties = call.properties
    if "SecretString" in properties and "GenerateSecretString" in properties:
        raise ResourceFailed("You can't specify both SecretString and GenerateSecretString")
    if "GenerateSecretString" in properties:
        return {"SecretString": _generated(call, properties["GenerateSecretString"])}
    return picked(properties, "SecretString")


def _generated(call: ResourceCall, wanted: dict[str, Any]) -> str:
    """A password, alone or under a key of a JSON object.

    docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-secretsmanager-secret-generatesecretstring.html
    """
    if len(picked(wanted, *_PLACE)) == 1:
        raise ResourceFailed("SecretStringTemplate and GenerateStringKey must be given together")
    asked = {name: value for name, value in wanted.items() if name not in _PLACE}
    password = str(call.caller.client("secretsmanager").get_random_password(**asked)["RandomPassword"])
    if "GenerateStringKey" not in wanted:
        return password
    try:
        template = json.loads(wanted["SecretStringTemplate"])
    except ValueError as error:
        raise ResourceFailed(f"SecretStringTemplate is not JSON: {error}") from error
    if not isinstance(template, dict):
        raise ResourceFailed("SecretStringTemplate must be a JSON object")
    return json.dumps({**template, wanted["GenerateStringKey"]: password})


RESOURCES = {
    "AWS::SecretsManager::Secret": ResourceType(
        create=create_secret,
        update=update_secret,
        delete=delete_secret,
        honours=frozenset({"Description", "GenerateSecretString", "KmsKeyId", "Name", "SecretString", "Tags"}),
        refuses={
            "ReplicaRegions": "the engine has one region",
            "Type": "secrets of other services are not managed here",
        },
    ),
    "AWS::SecretsManager::ResourcePolicy": ResourceType(
        create=put_policy,
        update=put_policy,
        delete=delete_policy,
        honours=frozenset({"ResourcePolicy", "SecretId"}),
        refuses={"BlockPublicPolicy": "whether a policy is public is not analysed here"},
    ),
}
