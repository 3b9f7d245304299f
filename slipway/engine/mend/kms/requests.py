"""What KMS evaluates of a request to itself: the key behind an alias, the alias, and the condition keys.

docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
docs.aws.amazon.com/kms/latest/developerguide/alias-access.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slipway.engine.engine import current
from slipway.engine.mend.kms import keys

Params = Mapping[str, Any]


def resource_of(body: Params) -> str:
    """The key's ARN, whatever it is called, or the alias's; empty when MiniStack's own rule holds."""
    if "AliasName" in body:
        return current().arn("kms", str(body["AliasName"]))
    return keys.find(str(body["KeyId"])).arn if body.get("KeyId") else ""


def key_of_alias(text: bytes) -> str:
    """The key that an alias is made for, which needs the permission too; empty for other requests."""
    body = json.loads(text or b"{}")
    if "AliasName" not in body:
        return ""
    return keys.find(str(body.get("TargetKeyId") or body["AliasName"])).arn


def conditions_of(body: Params) -> Mapping[str, Any]:
    """The condition keys that a request carries."""
    key_id, context = str(body.get("KeyId") or ""), body.get("EncryptionContext") or {}
    return {
        "kms:CallerAccount": current().account,
        "kms:RequestAlias": key_id.rpartition(":")[2] if "alias/" in key_id else None,
        "kms:GranteePrincipal": body.get("GranteePrincipal"),
        "kms:GrantOperations": tuple(body.get("Operations") or ()) or None,
        "kms:GrantIsForAWSResource": "false" if "GranteePrincipal" in body else None,
        "kms:KeySpec": body.get("KeySpec"),
        "kms:KeyUsage": body.get("KeyUsage"),
        "kms:EncryptionAlgorithm": body.get("EncryptionAlgorithm"),
        "kms:EncryptionContextKeys": tuple(context) or None,
        **{f"kms:EncryptionContext:{name}": value for name, value in context.items()},
    }
