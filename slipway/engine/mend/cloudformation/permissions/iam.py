"""IAM: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html.

`iam:PermissionsBoundary` is what lets a policy say "only roles with this boundary"
(https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from slipway.engine.engine import current
from slipway.engine.mend.cloudformation.permissions.needs import Change, Need, Permissions


def _iam(kind: str, path: Any, name: str) -> str:
    return f"arn:aws:iam::{current().account}:{kind}{path or '/'}{name}"


def _role(change: Change) -> str:
    return _iam("role", change.get("Path"), change.name("RoleName"))


def _boundary(change: Change) -> dict[str, str]:
    boundary = change.get("PermissionsBoundary")
    return {"iam:PermissionsBoundary": str(boundary)} if boundary else {}


def _inline(policies: Any) -> dict[str, Any]:
    return {policy["PolicyName"]: policy["PolicyDocument"] for policy in policies or ()}


def _create_role(change: Change) -> Iterator[Need]:
    role, boundary = _role(change), _boundary(change)
    yield Need("iam:CreateRole", role, boundary)
    yield from _role_policies(change, role, boundary)
    if change.get("Tags"):
        yield Need("iam:TagRole", role)


def _role_policies(change: Change, role: str, boundary: dict[str, str]) -> Iterator[Need]:
    old, new = _inline(change.old_properties.get("Policies")), _inline(change.get("Policies"))
    if any(old.get(name) != document for name, document in new.items()):
        yield Need("iam:PutRolePolicy", role, boundary)
    if set(old) - set(new):
        yield Need("iam:DeleteRolePolicy", role, boundary)
    attached = set(change.get("ManagedPolicyArns") or ())
    before = set(change.old_properties.get("ManagedPolicyArns") or ())
    for arn in sorted(attached - before):
        yield Need("iam:AttachRolePolicy", role, {**boundary, "iam:PolicyARN": arn})
    for arn in sorted(before - attached):
        yield Need("iam:DetachRolePolicy", role, {**boundary, "iam:PolicyARN": arn})


def _update_role(change: Change) -> Iterator[Need]:
    role, boundary = _role(change), _boundary(change)
    if change.changed("AssumeRolePolicyDocument"):
        yield Need("iam:UpdateAssumeRolePolicy", role)
    if change.changed("Description", "MaxSessionDuration"):
        yield Need("iam:UpdateRole", role)
    if change.changed("PermissionsBoundary"):
        action = "iam:PutRolePermissionsBoundary" if boundary else "iam:DeleteRolePermissionsBoundary"
        yield Need(action, role, boundary)
    yield from _role_policies(change, role, boundary)
    if change.changed("Tags"):
        yield Need("iam:TagRole", role)


def _delete_role(change: Change) -> Iterator[Need]:
    role, boundary = _role(change), _boundary(change)
    if change.get("Policies"):
        yield Need("iam:DeleteRolePolicy", role, boundary)
    for arn in change.get("ManagedPolicyArns") or ():
        yield Need("iam:DetachRolePolicy", role, {**boundary, "iam:PolicyARN": str(arn)})
    yield Need("iam:DeleteRole", role)


_PRINCIPALS = {"Roles": ("Role", "role"), "Users": ("User", "user"), "Groups": ("Group", "group")}


def _for_principals(properties: Any, action: str) -> Iterator[Need]:
    """`iam:<action>` for every role, user and group that a policy names; `%` stands for the kind."""
    for member, (noun, kind) in _PRINCIPALS.items():
        for name in properties.get(member) or ():
            yield Need(f"iam:{action.replace('%', noun)}", _iam(kind, "/", str(name)))


def _put_policy(change: Change) -> Iterable[Need]:
    return _for_principals(change.properties, "Put%Policy")


def _delete_policy(change: Change) -> Iterable[Need]:
    return _for_principals(change.properties, "Delete%Policy")


def _managed(change: Change) -> str:
    if change.physical_id.startswith("arn:"):
        return change.physical_id
    return _iam("policy", change.get("Path"), change.name("ManagedPolicyName", 128))


def _create_managed(change: Change) -> Iterator[Need]:
    yield Need("iam:CreatePolicy", _managed(change))
    yield from _for_principals(change.properties, "Attach%Policy")


def _update_managed(change: Change) -> Iterator[Need]:
    if change.changed("PolicyDocument"):
        yield Need("iam:CreatePolicyVersion", _managed(change))
    if change.changed(*_PRINCIPALS):
        yield from _for_principals(change.properties, "Attach%Policy")
        yield from _for_principals(change.old_properties, "Detach%Policy")


def _delete_managed(change: Change) -> Iterator[Need]:
    yield from _for_principals(change.properties, "Detach%Policy")
    yield Need("iam:DeletePolicy", _managed(change))


def _role_policy(action: str) -> Any:
    return lambda change: [Need(action, _iam("role", "/", str(change.get("RoleName"))))]


PERMISSIONS = {
    "AWS::IAM::Role": Permissions(_create_role, _update_role, _delete_role),
    "AWS::IAM::Policy": Permissions(_put_policy, _put_policy, _delete_policy),
    "AWS::IAM::RolePolicy": Permissions(
        _role_policy("iam:PutRolePolicy"), _role_policy("iam:PutRolePolicy"), _role_policy("iam:DeleteRolePolicy")
    ),
    "AWS::IAM::ManagedPolicy": Permissions(_create_managed, _update_managed, _delete_managed),
}
