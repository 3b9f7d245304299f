"""IAM's records as MiniStack keeps them: users, groups, roles, managed policies, access keys, sessions.

Read for every call, so by plain look-ups; documents are the texts as they were put.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from slipway.engine import adapter
from slipway.engine.credentials import Credentials
from slipway.engine.policy.principals import Kind

Record = Mapping[str, Any]
_REMEMBERED_SECONDS = 3600
_BETWEEN_LOOKS_SECONDS = 60
_AWS_MANAGED = "arn:aws:iam::aws:policy/"


@dataclass(frozen=True)
class Session:
    """What a session's keys stand for; session policies narrow it, session tags describe it.

    `by_service` says of a session that an AWS service made how to make it again.
    """

    arn: str
    identifier: str
    account: str
    seconds: int
    kind: Kind = Kind.ROLE_SESSION
    policy: str = ""
    policy_arns: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    by_service: Mapping[str, str] = field(default_factory=dict)


def session(access_key_id: str) -> Record | None:
    """What STS knows of a session's key."""
    found: Record | None = adapter.part("services.sts")._sessions.get(access_key_id)
    return found


def register_session(credentials: Credentials, session: Session) -> None:
    """Make the keys of a session known to the authenticator."""
    passed = {"Policy": session.policy, "PolicyArns": list(session.policy_arns)}
    adapter.part("services.sts").register_session(
        credentials.access_key_id,
        {
            "Arn": session.arn,
            "UserId": session.identifier,
            "SecretAccessKey": credentials.secret_access_key,
            "SessionToken": credentials.token,
            "Expiration": time.time() + session.seconds,
            "AccountId": session.account,
            "PrincipalType": session.kind.value,
            "SessionPolicies": passed if any(passed.values()) else None,
            "ByService": dict(session.by_service),
            "SessionTags": [{"Key": key, "Value": value} for key, value in session.tags.items()],
        },
    )


def keep_expired(_: Callable[[], None]) -> Callable[[], None]:
    """MiniStack forgets expired sessions at once; here their keys are told that they have expired, for as long again.

    It looks for them whenever it makes a session, which are many: once a minute is enough.
    """
    looked = 0.0

    def evict() -> None:
        nonlocal looked
        now = time.time()
        if now < looked + _BETWEEN_LOOKS_SECONDS:
            return
        looked, sessions = now, adapter.part("services.sts")._sessions
        for key in [key for key, session in sessions.items() if now > session["Expiration"] + _REMEMBERED_SECONDS]:
            del sessions[key]

    return evict


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
