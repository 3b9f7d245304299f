"""Grants: what they allow, as statements beside the key's policy.

docs.aws.amazon.com/kms/latest/developerguide/grants.html
docs.aws.amazon.com/kms/latest/developerguide/create-grant-overview.html#grant-constraints
"""

from __future__ import annotations

import json
from typing import Any

from slipway.engine.mend.kms import keys

_CONTEXT = "kms:EncryptionContext:"


def policy_of(arn: str) -> str | None:
    """The key's policy with its grants; None for a key that is not there."""
    text, found = keys.policy(arn), keys.grants(arn)
    if text is None or not found:
        return text
    document = json.loads(text)
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    return json.dumps({**document, "Statement": [*statements, *map(_statement, found)]})


def _statement(grant: dict[str, Any]) -> dict[str, Any]:
    grantee = grant["GranteePrincipal"]
    kind = "AWS" if grantee.startswith("arn:") else "Service"
    return {
        "Sid": f"grant {grant['GrantId']}",
        "Effect": "Allow",
        "Principal": {kind: grantee},
        "Action": [f"kms:{operation}" for operation in grant["Operations"]],
        "Resource": "*",
        "Condition": _constraints(grant.get("Constraints") or {}),
    }


def _constraints(constraints: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """EncryptionContextSubset asks for these pairs, EncryptionContextEquals for these and no others."""
    exact = constraints.get("EncryptionContextEquals")
    pairs = exact or constraints.get("EncryptionContextSubset") or {}
    equal = {"StringEquals": {f"{_CONTEXT}{name}": value for name, value in pairs.items()}} if pairs else {}
    only = {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": list(exact)}} if exact else {}
    return {**equal, **only}
