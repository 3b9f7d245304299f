"""How large policies may be, white space apart, and how many a principal may have attached.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

import re

from slipway.engine.mend.iam.handlers import Params, Refusal, guard, principal, store, value

_INLINE = {"Role": 10240, "User": 2048, "Group": 5120}
_MANAGED = 6144
_TRUST = 2048
_ATTACHED = 10
_SPACE = re.compile(r"\s+")


def apply() -> None:
    """Check sizes and numbers before a policy is set."""
    guard(("PutRolePolicy", "PutUserPolicy", "PutGroupPolicy"), _inline)
    guard(("CreatePolicy", "CreatePolicyVersion"), _managed)
    guard(("CreateRole", "UpdateAssumeRolePolicy"), _trust)
    guard(("AttachRolePolicy", "AttachUserPolicy", "AttachGroupPolicy"), _attached)


def _inline(operation: str, params: Params) -> Refusal | None:
    """The quota is for all inline policies of a principal together."""
    del operation
    kind, name, record = principal(params)
    if record is None:
        return None
    held = {"Role": record.get("InlinePolicies"), "User": store()._user_inline_policies.get(name)}
    policies = dict(held.get(kind, store()._group_inline_policies.get(name)) or {})
    policies[value(params, "PolicyName")] = value(params, "PolicyDocument")
    if sum(_size(str(document)) for document in policies.values()) <= _INLINE[kind]:
        return None
    return _exceeded(f"Maximum policy size of {_INLINE[kind]} bytes exceeded for {kind.lower()} {name}")


def _managed(operation: str, params: Params) -> Refusal | None:
    del operation
    if _size(value(params, "PolicyDocument")) <= _MANAGED:
        return None
    return _exceeded(f"Cannot exceed quota for PolicySize: {_MANAGED}")


def _trust(operation: str, params: Params) -> Refusal | None:
    name = "AssumeRolePolicyDocument" if operation == "CreateRole" else "PolicyDocument"
    if _size(value(params, name)) <= _TRUST:
        return None
    return _exceeded(f"Cannot exceed quota for ACLSizePerRole: {_TRUST}")


def _attached(operation: str, params: Params) -> Refusal | None:
    del operation
    kind, _, record = principal(params)
    attached = (record or {}).get("AttachedPolicies", ())
    if value(params, "PolicyArn") in attached or len(attached) < _ATTACHED:
        return None
    return _exceeded(f"Cannot exceed quota for PoliciesPer{kind}: {_ATTACHED}")


def _size(document: str) -> int:
    return len(_SPACE.sub("", document))


def _exceeded(message: str) -> Refusal:
    return Refusal(409, "LimitExceeded", message)
