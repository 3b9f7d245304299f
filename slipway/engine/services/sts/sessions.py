"""Sessions of roles for callers; sessions for AWS's services are made by `slipway.engine.authorization`.

docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use.html (role chaining)
docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from slipway.engine import credentials as keys
from slipway.engine.errors import AccessDenied, AwsError
from slipway.engine.mend.iam import records
from slipway.engine.mend.iam.records import Session
from slipway.engine.policy.grammar import Malformed, PolicyKind, check
from slipway.engine.service import Call
from slipway.engine.services.sts.service import SERVICE

_DEFAULT_SECONDS = 3600
_LONGEST_CHAINED = 3600
_LONGEST_POLICY = 2048
_NOT_EXECUTED = ("ProvidedContexts", "SerialNumber", "SourceIdentity", "TokenCode", "TransitiveTagKeys")


def _role_arn(call: Call) -> str:
    arn: str = call.params["RoleArn"]
    return arn


def _keys(call: Call) -> Mapping[str, Any]:
    """docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html"""
    tags = _tags(call)
    return {
        "sts:RoleSessionName": call.params["RoleSessionName"],
        "sts:ExternalId": call.params.get("ExternalId"),
        "aws:TagKeys": tuple(tags) or None,
        **{f"aws:RequestTag/{key}": value for key, value in tags.items()},
    }


@SERVICE.operation("AssumeRole", resource=_role_arn, context=_keys)
def assume_role(call: Call) -> dict[str, Any]:
    """A session of a role whose trust policy allows it to the caller."""
    for name in _NOT_EXECUTED:
        if name in call.params:
            raise _invalid(f"The local engine does not execute {name} of AssumeRole")
    role_arn, name, tags = _role_arn(call), call.params["RoleSessionName"], _tags(call)
    if tags:
        call.caller.check("sts:TagSession", role_arn, _keys(call))
    role = records.role(role_arn.rsplit("/", 1)[-1], call.account)
    if role is None:
        raise AccessDenied(call.caller.arn, "sts:AssumeRole", role_arn)
    seconds = _seconds(call, role)
    arns = tuple(item["arn"] for item in call.params.get("PolicyArns", ()))
    _check_session_policies(call.params.get("Policy", ""), arns, call.account)
    session = Session(
        f"arn:aws:sts::{call.account}:assumed-role/{role['RoleName']}/{name}",
        f"{role['RoleId']}:{name}",
        call.account,
        seconds,
        policy=call.params.get("Policy", ""),
        policy_arns=arns,
        tags=tags,
    )
    made = keys.new(keys.ROLE)
    records.register_session(made, session)
    call.engine.changes.note("sts")
    return {
        "Credentials": {
            "AccessKeyId": made.access_key_id,
            "SecretAccessKey": made.secret_access_key,
            "SessionToken": made.token,
            "Expiration": datetime.now(UTC) + timedelta(seconds=seconds),
        },
        "AssumedRoleUser": {"AssumedRoleId": session.identifier, "Arn": session.arn},
        "PackedPolicySize": 0,
    }


@SERVICE.operation("GetCallerIdentity")
def get_caller_identity(call: Call) -> dict[str, Any]:
    """Who calls; nothing allows or denies it."""
    key = call.caller.credentials.access_key_id
    session = records.session(key)
    user = None if session else records.user(records.user_of(key, call.account), call.account)
    identifier = (session or {}).get("UserId") or (user or {}).get("UserId", "")
    return {"UserId": identifier, "Account": call.account, "Arn": call.caller.arn}


def _tags(call: Call) -> dict[str, str]:
    tags = {tag["Key"]: tag["Value"] for tag in call.params.get("Tags", ())}
    if len({key.lower() for key in tags}) < len(call.params.get("Tags", ())):
        message = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        raise AwsError("InvalidParameterValue", message, status=400)
    return tags


def _seconds(call: Call, role: Mapping[str, Any]) -> int:
    """How long the session lasts; a session that assumes a role in turn gets an hour at most."""
    seconds = int(call.params.get("DurationSeconds", _DEFAULT_SECONDS))
    if seconds > int(role.get("MaxSessionDuration") or _DEFAULT_SECONDS):
        raise _invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    if call.caller.credentials.token and seconds > _LONGEST_CHAINED:
        raise _invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        )
    return seconds


def _check_session_policies(policy: str, arns: Iterable[str], account: str) -> None:
    if len(policy) > _LONGEST_POLICY:
        raise _invalid(f"A session policy has {_LONGEST_POLICY} characters at most, and this one {len(policy)}")
    if policy:
        try:
            check(policy, PolicyKind.IDENTITY)
        except Malformed as malformed:
            raise AwsError("MalformedPolicyDocument", str(malformed), status=400) from malformed
    for arn in arns:
        if records.managed_policy(arn, account) is None:
            raise _invalid(
                "At least one Policy ARN in the PolicyArns parameter does not match an existing IAM Managed Policy ARN."
            )


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message, status=400)
