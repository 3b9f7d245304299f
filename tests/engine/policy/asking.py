"""Requests and policies of these tables, in few words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from slipway.engine.policy import Policies, Principal, Request, Source, compiled
from slipway.engine.policy.grammar import PolicyKind, check
from slipway.engine.policy.principals import Kind

ACCOUNT = "111122223333"
USER_ARN = f"arn:aws:iam::{ACCOUNT}:user/ada"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/team/builder"
SESSION_ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/builder/one"
USER = Principal(Kind.USER, USER_ARN, ACCOUNT)
SESSION = Principal(Kind.ROLE_SESSION, SESSION_ARN, ACCOUNT, ROLE_ARN)
SERVICE = Principal(Kind.SERVICE, account=ACCOUNT, service="events.amazonaws.com")
ANONYMOUS = Principal(Kind.ANONYMOUS)


def document(*statements: Mapping[str, Any], version: str = "2012-10-17") -> str:
    return json.dumps({"Version": version, "Statement": list(statements)})


def statement(effect: str = "Allow", action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def source(*statements: Mapping[str, Any], version: str = "2012-10-17", name: str = "it") -> Source:
    text = document(*statements, version=version)
    check(
        text,
        PolicyKind.RESOURCE
        if any("Principal" in each or "NotPrincipal" in each for each in statements)
        else PolicyKind.IDENTITY,
    )
    return Source(name, compiled(text))


def identity(*statements: Mapping[str, Any], **more: Any) -> Policies:
    return Policies(identity=(source(*statements),), **more)


def request(
    action: str = "s3:GetObject",
    resource: str = "arn:aws:s3:::box/key",
    keys: Mapping[str, str | Sequence[str]] | None = None,
    principal: Principal = USER,
) -> Request:
    lowered = {key.lower(): value for key, value in (keys or {}).items()}
    return Request(principal, action, resource, lowered)
