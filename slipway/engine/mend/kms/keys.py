"""A KMS key by any of its names: id, ARN, alias, alias ARN.

docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id
docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import current

_SERVICE = "services.kms"


@dataclass(frozen=True)
class Key:
    """A key's ARN, and KMS's code and message of why nobody can use it; empty when one can."""

    arn: str
    code: str = ""
    message: str = ""


def find(key_id: str) -> Key:
    """The key that is called so, be it there or not."""
    record = adapter.part(_SERVICE)._resolve_key(key_id)
    if record is None:
        arn = _as_arn(key_id)
        return Key(arn, "NotFoundException", f"Key '{arn}' does not exist")
    unusable = adapter.part(_SERVICE)._check_key_state(record)
    if unusable is None:
        return Key(record["Arn"])
    told = json.loads(unusable[2])
    return Key(record["Arn"], told["__type"].rpartition("#")[2], str(told["message"]))


def policy(arn: str) -> str | None:
    """The text of a key's policy."""
    record = adapter.part(_SERVICE)._resolve_key(arn)
    text: str | None = record.get("Policy") if record else None
    return text or None


def grants(arn: str) -> list[dict[str, Any]]:
    """The grants of a key."""
    return [dict(grant) for grant in adapter.part(_SERVICE)._grants.values() if grant["KeyId"] == arn]


def _as_arn(key_id: str) -> str:
    if key_id.startswith("arn:"):
        return key_id
    return current().arn("kms", key_id if key_id.startswith("alias/") else f"key/{key_id}")
