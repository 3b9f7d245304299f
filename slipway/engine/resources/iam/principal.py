"""Roles, users and groups have the same operations for their policies, which differ only in the noun.

docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html and its siblings
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from slipway.engine.mend.iam.conflicts import lacking
from slipway.engine.resource import ResourceCall
from slipway.engine.resource_properties import Properties, gone_is_fine, is_known, text_of

GONE = "NoSuchEntity"


@dataclass(frozen=True)
class Principal:
    """A kind of principal; `property` is the one by which policy types name several of them."""

    noun: str
    property: str

    def put(self, client: Any, name: str, policy_name: str, document: Any) -> None:
        """Set an inline policy."""
        self._call(client, "put_{}_policy", name, PolicyName=policy_name, PolicyDocument=text_of(document))

    def remove(self, client: Any, name: str, policy_name: str) -> None:
        """Delete an inline policy, or find it gone."""
        with gone_is_fine(GONE):
            self._call(client, "delete_{}_policy", name, PolicyName=policy_name)

    def attach(self, client: Any, name: str, policy_arn: str) -> None:
        """Attach a managed policy."""
        self._call(client, "attach_{}_policy", name, PolicyArn=policy_arn)

    def detach(self, client: Any, name: str, policy_arn: str) -> None:
        """Detach a managed policy, or find it detached."""
        with gone_is_fine(GONE):
            self._call(client, "detach_{}_policy", name, PolicyArn=policy_arn)

    def bring_policies(self, call: ResourceCall, name: str) -> None:
        """Policies and ManagedPolicyArns from the old properties' to the new ones'."""
        client = call.caller.client("iam")
        old, new = inline_of(call.old_properties), inline_of(call.properties)
        for policy_name, document in new.items():
            if old.get(policy_name) != document:
                self.put(client, name, policy_name, document)
        for policy_name in old.keys() - new.keys():
            self.remove(client, name, policy_name)
        before, after = managed_of(call.old_properties), managed_of(call.properties)
        for arn in before:
            if arn not in after:
                self.detach(client, name, arn)
        for arn in after:
            if arn not in before:
                self.attach(client, name, arn)

    def take_policies(self, call: ResourceCall, name: str) -> None:
        """Take every policy of the properties away, before the principal itself is deleted."""
        client = call.caller.client("iam")
        for arn in managed_of(call.properties):
            self.detach(client, name, arn)
        for policy_name in inline_of(call.properties):
            self.remove(client, name, policy_name)

    def _call(self, client: Any, operation: str, name: str, **request: str) -> None:
        getattr(client, operation.format(self.noun.lower()))(**{f"{self.noun}Name": name}, **request)


ROLE = Principal("Role", "Roles")
USER = Principal("User", "Users")
GROUP = Principal("Group", "Groups")
PRINCIPALS = (ROLE, USER, GROUP)


def inline_of(properties: Properties) -> dict[str, Any]:
    """The inline policies, name → document."""
    return {policy["PolicyName"]: policy["PolicyDocument"] for policy in properties.get("Policies", ())}


def managed_of(properties: Properties) -> list[str]:
    """The ARNs of managed policies, each once."""
    return list(dict.fromkeys(properties.get("ManagedPolicyArns", ())))


def check(properties: dict[str, Any]) -> Iterator[str]:
    """Managed policies of AWS's that the engine lacks, as far as they are known before anything is made."""
    arns = properties.get("ManagedPolicyArns")
    known = [arn for arn in arns if is_known(arn)] if isinstance(arns, list) else []
    yield from (f"ManagedPolicyArns: {reason}" for arn in known if (reason := lacking(str(arn))))


def named_in(properties: Properties) -> list[tuple[Principal, str]]:
    """Every role, user and group that the properties of a policy name."""
    return [(kind, str(name)) for kind in PRINCIPALS for name in dict.fromkeys(properties.get(kind.property, ()))]
