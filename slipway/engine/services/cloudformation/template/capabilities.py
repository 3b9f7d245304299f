"""What a request has to acknowledge: templates that give rights, and macros that write templates.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html (Capabilities)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from slipway.engine.services.cloudformation.errors import MissingCapabilities

IAM, NAMED_IAM, AUTO_EXPAND = "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"
# The types that the page lists, with the property that names the resource.
_NAMES = {
    "AWS::IAM::AccessKey": "",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Policy": "",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::UserToGroupAddition": "",
}


def needed(resources: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The capability that resources need, empty for none, and the types that need it."""
    found = {resource["Type"]: resource for resource in resources.values() if resource.get("Type") in _NAMES}
    types = sorted(found)
    if not types:
        return "", []
    named = any(
        _NAMES[resource["Type"]] in (resource.get("Properties") or {})
        for resource in resources.values()
        if _NAMES.get(resource.get("Type", ""))
    )
    return (NAMED_IAM if named else IAM), types


def check(resources: Mapping[str, Any], given: Collection[str]) -> None:
    """Refuse resources that give rights without the request's saying so."""
    capability, _ = needed(resources)
    enough = {IAM: {IAM, NAMED_IAM}, NAMED_IAM: {NAMED_IAM}}.get(capability)
    if enough is not None and not enough & set(given):
        raise MissingCapabilities([capability])


def check_transforms(transforms: Collection[str], given: Collection[str]) -> None:
    """Refuse transforms without the request's saying so."""
    if transforms and AUTO_EXPAND not in given:
        raise MissingCapabilities([AUTO_EXPAND])
