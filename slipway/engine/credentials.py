"""Keys with which an identity signs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
PERSON = "AKIA"  # long-term keys have no session token
ROLE = "ASIA"
SERVICE = "ASVC"


@dataclass(frozen=True)
class Credentials:
    """Keys of one identity; `token` is None for a person's long-term key."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


def new(prefix: str) -> Credentials:
    """Fresh random keys in AWS's form.

    docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    """
    key = prefix + "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return Credentials(key, secrets.token_urlsafe(30), secrets.token_urlsafe(60) if prefix != PERSON else None)
