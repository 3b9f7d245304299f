"""A policy that is attached exists; a user or a group that has something is not deleted.

docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html
"""

from __future__ import annotations

from slipway.engine.mend.iam.handlers import Params, Refusal, guard, store, value


def apply() -> None:
    """Check before attaching and deleting."""
    guard(("AttachRolePolicy", "AttachUserPolicy", "AttachGroupPolicy"), _policy_exists)
    guard(("DeleteUser",), _user_in_use)
    guard(("DeleteGroup",), _group_in_use)


def _policy_exists(operation: str, params: Params) -> Refusal | None:
    del operation
    arn = value(params, "PolicyArn")
    if store().policy_known(arn):
        return None
    reason = lacking(arn) or f"Policy {arn} does not exist or is not attachable."
    return Refusal(404, "NoSuchEntity", reason)


def lacking(arn: str) -> str:
    """Why a managed policy of AWS's cannot be attached here; empty when it can, and for policies of the account's."""
    if ":iam::aws:" not in arn or store().policy_known(arn):
        return ""
    return (
        f"Policy {arn} does not exist or is not attachable. (Of AWS's managed policies the local engine has some: "
        "`aws iam list-policies --scope AWS` lists them.)"
    )


def _user_in_use(operation: str, params: Params) -> Refusal | None:
    del operation
    name = value(params, "UserName")
    if store()._user_inline_policies.get(name):
        return _conflict("must delete policies first")
    if any(name in group["Users"] for group in store()._groups.values()):
        return _conflict("must remove users from group first")
    return None


def _group_in_use(operation: str, params: Params) -> Refusal | None:
    del operation
    name = value(params, "GroupName")
    group = store()._groups.get(name) or {}
    if group.get("Users"):
        return _conflict("must remove users from group first")
    if group.get("AttachedPolicies"):
        return _conflict("must detach all policies first")
    if store()._group_inline_policies.get(name):
        return _conflict("must delete policies first")
    return None


def _conflict(why: str) -> Refusal:
    return Refusal(409, "DeleteConflict", f"Cannot delete entity, {why}.")
