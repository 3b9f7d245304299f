"""Whether a call is allowed, decided once more from the policies as they stood; nothing of the engine is imported.

Within one account: an explicit deny ends it; then a resource's policy that names the session, or an identity-based
policy, must allow it, and so must the boundary and the session's policies where there are. A key's policy and a role's
trust policy must allow it in any case, be it by naming the account.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from slipway.permissions.journals import Check
from slipway.permissions.statement import Document, holds, many, statements

_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com")
_ACCOUNT_OF = re.compile(r"arn:aws:(?:sts|iam)::(\d{12}):.+")


def allowed(check: Check) -> bool:
    """Whether policies allow the call."""
    identity, resource = list(check.identity.values()), list(check.resource.values())
    limits = [list(limit.values()) for limit in (check.boundary, check.session) if limit is not None]
    if _any(check, "Deny", identity, *limits) or _of_resource(check, resource, "Deny", _names(check)):
        return False
    if _of_resource(check, resource, "Allow", {check.principal}):
        return True
    by_resource = _of_resource(check, resource, "Allow", {check.role, "*"})
    through_account = _of_resource(check, resource, "Allow", _account(check))
    if _must_allow(check) and not (by_resource or through_account):
        return False
    return (by_resource or _any(check, "Allow", identity)) and all(_any(check, "Allow", limit) for limit in limits)


def _must_allow(check: Check) -> bool:
    prefix = check.call.action.partition(":")[0]
    return bool(_SERVICE.fullmatch(check.principal)) or prefix == "sts" or (prefix == "kms" and bool(check.resource))


def _any(check: Check, effect: str, *policies: Iterable[Document]) -> bool:
    return any(
        each["Effect"] == effect and holds(each, check.call)
        for documents in policies
        for document in documents
        for each in statements(document)
    )


def _of_resource(check: Check, documents: Iterable[Document], effect: str, names: set[str]) -> bool:
    """Whether a statement of the resource's own policies holds that has one of these names as its principal."""
    return any(
        each["Effect"] == effect and _principals(each) & names and holds(each, check.call)
        for document in documents
        for each in statements(document)
    )


def _principals(statement: Mapping[str, Any]) -> set[str]:
    principal = statement["Principal"]
    if principal == "*":
        return {"*"}
    return {text for values in principal.values() for text in many(values)}


def _names(check: Check) -> set[str]:
    return {check.principal, check.role, "*", *_account(check)}


def _account(check: Check) -> set[str]:
    found = _ACCOUNT_OF.fullmatch(check.principal)
    return {found[1], f"arn:aws:iam::{found[1]}:root"} if found else set()
