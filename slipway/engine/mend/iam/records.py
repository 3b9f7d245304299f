"""IAM's records as MiniStack keeps them: users, groups, roles, managed policies, access keys, sessions.

Read for every call, so by plain look-ups; documents are the texts as they were put.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine import adapter

Record = Mapping[str, Any]
_AWS_MANAGED = "arn:aws:iam::aws:policy/"


def session(access_key_id: str) -> Record | None:
    """What STS knows of a session's key."""
    found: Record | None = adapter.part("services.sts")._sessions.get(access_key_id)
    return found


def user_of(access_key_id: str, account: str) -> str:
    """The name of the user that a long-term key belongs to; empty when nobody's."""
    record = adapter.part("services.iam")._access_keys.get_scoped(account, None, access_key_id)
    return str(record["UserName"]) if record else ""


def user(name: str, account: str) -> Record | None:
    """A user."""
    found: Record | None = adapter.part("services.iam")._users.get_scoped(account, None, name)
    return found


def role(name: str, account: str) -> Record | None:
    """A role by its name."""
    found: Record | None = adapter.part("services.iam")._roles.get_scoped(account, None, name)
    return found


def managed_policy(arn: str, account: str) -> str | None:
    """The text of a managed policy's default version."""
    iam = adapter.part("services.iam")
    record = iam._lookup_policy(arn) if arn.startswith(_AWS_MANAGED) else iam._policies.get_scoped(account, None, arn)
    if not record:
        return None
    version = record["Versions"].get(record.get("DefaultVersionId", "v1")) or {}
    return text(version.get("Document"))


def policies_of_role(record: Record, account: str) -> Iterator[tuple[str, str]]:
    """Name and text of every policy of a role."""
    yield from _inline(f"role/{record['RoleName']}", record.get("InlinePolicies"))
    yield from _attached(record, account)


def policies_of_user(record: Record, account: str) -> Iterator[tuple[str, str]]:
    """Name and text of every policy of a user, those of groups included."""
    iam, name = adapter.part("services.iam"), record["UserName"]
    yield from _inline(f"user/{name}", iam._user_inline_policies.get_scoped(account, None, name))
    yield from _attached(record, account)
    for group_name, group in iam._groups.items():
        if name in group.get("Users", ()):
            yield from _inline(f"group/{group_name}", iam._group_inline_policies.get_scoped(account, None, group_name))
            yield from _attached(group, account)


def _inline(owner: str, policies: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    for name, document in (policies or {}).items():
        found = text(document)
        if found:
            yield f"{owner}/{name}", found


def _attached(record: Record, account: str) -> Iterator[tuple[str, str]]:
    for arn in record.get("AttachedPolicies") or ():
        found = managed_policy(arn, account)
        if found:
            yield arn, found


def text(document: Any) -> str | None:
    """A document's text; MiniStack keeps some as values."""
    if not document:
        return None
    return document if isinstance(document, str) else json.dumps(document)


def resource_policy(service: str, arn: str) -> str | None:
    """The text of the policy that a resource of MiniStack's service carries; None when it has none."""
    found = adapter.part("core.iam_evaluator")._resource_policy(service, arn)
    return text(found[0]) if found else None


def resource_tags(arn: str) -> Mapping[str, str]:
    """The tags of a resource of a service of MiniStack's."""
    return adapter.part("services.tagging").resource_tags(arn) or {}
