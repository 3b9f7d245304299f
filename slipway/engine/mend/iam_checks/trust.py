"""A role's trust policy: its elements, and that the principals of this account exist.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html (MalformedPolicyDocument)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.engine import current
from slipway.engine.mend.iam_checks.handlers import Params, Refusal, guard, store, value

_DOCUMENTS = {"CreateRole": "AssumeRolePolicyDocument", "UpdateAssumeRolePolicy": "PolicyDocument"}
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?")
_MEMBER = re.compile(r"arn:aws:iam::(\d{12}):(role|user)/(?:.*/)?([^/]+)")


def apply() -> None:
    """Check a trust policy before it is a role's."""
    guard(_DOCUMENTS, _check)


def _check(operation: str, params: Params) -> Refusal | None:
    fault = fault_of(value(params, _DOCUMENTS[operation]))
    return Refusal(400, "MalformedPolicyDocument", fault) if fault else None


def fault_of(document: str) -> str:
    """What is wrong with a trust policy, in IAM's words; empty when nothing is."""
    try:
        policy = json.loads(document)
    except ValueError:
        return "This policy contains invalid Json"
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    statements = [statements] if isinstance(statements, dict) else statements
    if not isinstance(statements, list) or not statements:
        return "Syntax errors in policy."
    return next((fault for statement in statements for fault in _faults(statement)), "")


def _faults(statement: Any) -> Iterator[str]:
    if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
        yield "Syntax errors in policy."
        return
    for name in ("Resource", "NotResource"):
        if name in statement:
            yield f"Has prohibited field {name}"
    if "Principal" not in statement and "NotPrincipal" not in statement:
        yield "Missing required field Principal"
    if "Action" not in statement and "NotAction" not in statement:
        yield "Missing required field Action"
    if not all(_is_sts(action) for action in _listed(statement.get("Action", []))):
        yield "AssumeRole policy may only specify STS AssumeRole actions."
    yield from _principal_faults(statement.get("Principal", {}))


def _is_sts(action: Any) -> bool:
    return action == "*" or str(action).lower().startswith("sts:")


def _principal_faults(principal: Any) -> Iterator[str]:
    if principal == "*":
        return
    if not isinstance(principal, Mapping):
        yield f'Invalid principal in policy: "{principal}"'
        return
    for kind, members in principal.items():
        for member in _listed(members):
            if not _is_principal(kind, str(member)):
                yield f'Invalid principal in policy: "{"SERVICE" if kind == "Service" else kind}":"{member}"'


def _is_principal(kind: str, member: str) -> bool:
    if kind == "Service":
        return _SERVICE.fullmatch(member) is not None
    found = _MEMBER.fullmatch(member) if kind == "AWS" else None
    if found is None or found[1] != current().account:
        return True
    records = store()._roles if found[2] == "role" else store()._users
    return bool(records.get(found[3], {}).get("Arn") == member)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
