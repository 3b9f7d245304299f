"""Who a caller is to IAM: the principal, its policies, and what the request context says of it.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principal-properties
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from slipway.engine.mend.iam import records
from slipway.engine.policy import Principal, Source, compiled
from slipway.engine.policy.principals import Kind

# Services that still set the older key, which the policy that every topic begins with asks for.
# docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html#source-account-versus-source-owner
_SETS_SOURCE_OWNER = frozenset({"apigateway.amazonaws.com", "cloudwatch.amazonaws.com"})
_ISO = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Standing:
    """A principal with its policies and condition keys; `boundary` and `session` are None where there are none."""

    principal: Principal
    identity: tuple[Source, ...]
    boundary: tuple[Source, ...] | None
    session: tuple[Source, ...] | None
    keys: Mapping[str, str]


def of_key(access_key_id: str, account: str) -> Standing | None:
    """The standing of who signs with this key; None for a key that nobody has."""
    session = records.session(access_key_id)
    if session is not None:
        return _of_session(session["Arn"], session, account)
    name = records.user_of(access_key_id, account)
    record = records.user(name, account) if name else None
    return _of_user(record, account) if record else None


def of_service(name: str, account: str, source_arn: str) -> Standing:
    """The standing of an AWS service, on behalf of `source_arn`; it has no policies of its own.

    docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalisawsservice
    """
    keys = {
        "aws:principalisawsservice": "true",
        "aws:principalservicename": name,
        "aws:sourceaccount": account,
        **({"aws:sourceowner": account} if name in _SETS_SOURCE_OWNER else {}),
        **({"aws:sourcearn": source_arn} if source_arn else {}),
    }
    return Standing(Principal(Kind.SERVICE, account=account, service=name), (), None, None, keys)


def _of_user(record: records.Record, account: str) -> Standing:
    boundary = _boundary(record, account)
    principal = Principal(Kind.USER, record["Arn"], account, has_boundary=boundary is not None)
    keys = {
        **_common(principal, record["Arn"], str(record.get("UserId", "")), record.get("Tags") or ()),
        "aws:username": record["UserName"],
    }
    return Standing(principal, _sources(records.policies_of_user(record, account)), boundary, None, keys)


def _of_session(arn: str, session: Mapping[str, Any], account: str) -> Standing:
    """A role's session. A role that was deleted and made anew is another role, and not the session's."""
    name = arn.split("/")[1]
    role, identifier = records.role(name, account), str(session.get("UserId", ""))
    if role is not None and identifier and identifier.partition(":")[0] != role["RoleId"]:
        role = None
    role_arn = role["Arn"] if role else ""
    boundary = _boundary(role, account) if role else None
    principal = Principal(Kind.ROLE_SESSION, arn, account, role_arn, has_boundary=boundary is not None)
    tags = [*((role or {}).get("Tags") or ()), *(session.get("SessionTags") or ())]
    keys = _common(principal, role_arn, identifier, tags)
    if "IssuedAt" in session:
        keys["aws:tokenissuetime"] = datetime.fromtimestamp(session["IssuedAt"], UTC).strftime(_ISO)
        keys["aws:multifactorauthpresent"] = "false"
    identity = _sources(records.policies_of_role(role, account)) if role else ()
    return Standing(principal, identity, boundary, _session_policies(session, account), keys)


def _common(principal: Principal, arn: str, identifier: str, tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {
        "aws:principalarn": arn,
        "aws:principalaccount": principal.account,
        "aws:principaltype": principal.kind.value,
        "aws:principalisawsservice": "false",
        "aws:userid": identifier,
        **{f"aws:principaltag/{tag['Key'].lower()}": tag["Value"] for tag in tags},
    }


def _boundary(record: records.Record, account: str) -> tuple[Source, ...] | None:
    arn = record.get("PermissionsBoundary") or ""
    return _sources(_managed([arn], account)) if arn else None


def _session_policies(session: Mapping[str, Any], account: str) -> tuple[Source, ...] | None:
    passed = session.get("SessionPolicies")
    if not passed:
        return None
    inline = [("session policy", passed["Policy"])] if passed.get("Policy") else []
    return _sources([*inline, *_managed(passed.get("PolicyArns") or (), account)])


def _managed(arns: Iterable[str], account: str) -> Iterator[tuple[str, str]]:
    for arn in arns:
        found = records.managed_policy(arn, account)
        if found:
            yield arn, found


def _sources(policies: Iterable[tuple[str, str]]) -> tuple[Source, ...]:
    return tuple(Source(name, compiled(text)) for name, text in policies)
