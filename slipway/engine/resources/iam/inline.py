"""Inline policies as resources: AWS::IAM::Policy for several principals, RolePolicy, UserPolicy, GroupPolicy for one.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-rolepolicy.html
"""

from __future__ import annotations

from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resource_properties import changed, or_removed
from slipway.engine.resources.iam.principal import GROUP, ROLE, USER, Principal, named_in

_NAME_LENGTH = 64


def put(call: ResourceCall) -> Created:
    """Set the policy on every principal that the template names, and take it from those that it no longer does."""
    physical_id = call.physical_id or call.physical_name(_NAME_LENGTH)
    named = named_in(call.properties)
    if not named:
        raise ResourceFailed("At least one of [Groups,Roles,Users] must be non-empty.")
    with or_removed(call, physical_id):
        _bring(call)
    return Created(physical_id, {"Id": physical_id})


def _bring(call: ResourceCall) -> None:
    client = call.caller.client("iam")
    before, after = named_in(call.old_properties), named_in(call.properties)
    for kind, name in after:
        if (kind, name) not in before or changed(call, "PolicyName", "PolicyDocument"):
            kind.put(client, name, call.properties["PolicyName"], call.properties["PolicyDocument"])
    for kind, name in before:
        if (kind, name) not in after or changed(call, "PolicyName"):
            kind.remove(client, name, call.old_properties["PolicyName"])


def delete(call: ResourceCall) -> None:
    """Take the policy from every principal; one that is gone has taken it along."""
    for kind, name in named_in(call.properties):
        kind.remove(call.caller.client("iam"), name, call.properties["PolicyName"])


def _of_one(kind: Principal) -> ResourceType:
    """The type for a policy of one principal; `Ref` is the policy's name and the principal's."""
    name_property = f"{kind.noun}Name"

    def put_one(call: ResourceCall) -> Created:
        policy, name = call.properties["PolicyName"], call.properties[name_property]
        if "PolicyDocument" not in call.properties:
            raise ResourceFailed("PolicyDocument is required to create a policy")
        kind.put(call.caller.client("iam"), name, policy, call.properties["PolicyDocument"])
        return Created(f"{policy}|{name}")

    def delete_one(call: ResourceCall) -> None:
        kind.remove(call.caller.client("iam"), call.properties[name_property], call.properties["PolicyName"])

    honours = frozenset({"PolicyDocument", "PolicyName", name_property})
    return ResourceType(create=put_one, update=put_one, delete=delete_one, honours=honours)


RESOURCES = {
    "AWS::IAM::GroupPolicy": _of_one(GROUP),
    "AWS::IAM::Policy": ResourceType(
        create=put,
        update=put,
        delete=delete,
        honours=frozenset({"Groups", "PolicyDocument", "PolicyName", "Roles", "Users"}),
    ),
    "AWS::IAM::RolePolicy": _of_one(ROLE),
    "AWS::IAM::UserPolicy": _of_one(USER),
}
