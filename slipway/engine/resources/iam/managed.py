"""AWS::IAM::ManagedPolicy.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import changed, gone_is_fine, or_removed, picked, text_of
from slipway.engine.resources.iam.principal import GONE, named_in

_NAME_LENGTH = 128
# docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
_VERSIONS = 5


def create(call: ResourceCall) -> Created:
    """The policy, then its attachments. `Ref` is its ARN."""
    policy = call.caller.client("iam").create_policy(
        PolicyName=call.properties.get("ManagedPolicyName") or call.physical_name(_NAME_LENGTH),
        PolicyDocument=text_of(call.properties["PolicyDocument"]),
        **picked(call.properties, "Description", "Path"),
    )["Policy"]
    with or_removed(call, policy["Arn"]):
        _bring_attachments(call, policy["Arn"])
    return _created({**policy, "AttachmentCount": len(named_in(call.properties))})


def update(call: ResourceCall) -> Created:
    """Another default version for another document; a sixth version takes the place of the oldest."""
    client, arn = call.caller.client("iam"), call.physical_id
    if changed(call, "PolicyDocument"):
        versions = client.list_policy_versions(PolicyArn=arn)["Versions"]
        if len(versions) >= _VERSIONS:
            oldest = min((v["VersionId"] for v in versions if not v["IsDefaultVersion"]), key=_number)
            client.delete_policy_version(PolicyArn=arn, VersionId=oldest)
        document = text_of(call.properties["PolicyDocument"])
        client.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
    _bring_attachments(call, arn)
    return _created(client.get_policy(PolicyArn=arn)["Policy"])


def delete(call: ResourceCall) -> None:
    """Attachments of the template, older versions, then the policy; one attached elsewhere too refuses."""
    client, arn = call.caller.client("iam"), call.physical_id
    for kind, name in named_in(call.properties):
        kind.detach(client, name, arn)
    with gone_is_fine(GONE):
        for version in client.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                client.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        client.delete_policy(PolicyArn=arn)


def _bring_attachments(call: ResourceCall, arn: str) -> None:
    client = call.caller.client("iam")
    before, after = named_in(call.old_properties), named_in(call.properties)
    for kind, name in after:
        if (kind, name) not in before:
            kind.attach(client, name, arn)
    for kind, name in before:
        if (kind, name) not in after:
            kind.detach(client, name, arn)


def _number(version_id: str) -> int:
    return int(version_id.removeprefix("v"))


def _created(policy: dict[str, Any]) -> Created:
    told = picked(
        policy,
        "AttachmentCount",
        "CreateDate",
        "DefaultVersionId",
        "IsAttachable",
        "PermissionsBoundaryUsageCount",
        "PolicyId",
        "UpdateDate",
    )
    written = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()}
    return Created(policy["Arn"], {"PolicyArn": policy["Arn"], **written})


RESOURCES = {
    "AWS::IAM::ManagedPolicy": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset({"Description", "Groups", "ManagedPolicyName", "Path", "PolicyDocument", "Roles", "Users"}),
    )
}
