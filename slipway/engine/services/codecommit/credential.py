"""The user name and password that git sends to CodeCommit, and whether they prove an identity.

`aws codecommit credential-helper` makes both from AWS credentials: the user is the access key id, with `%` and the
session token after it when there is one; the password is `slipway.gitsignature`'s.

docs.aws.amazon.com/codecommit/latest/userguide/setting-up-https-unixes.html
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from slipway.engine import adapter
from slipway.gitsignature import TIME, sign

_STAMP_LENGTH = len("20261121T004500Z")
_VALID_FOR = timedelta(minutes=15)


class CredentialRefused(Exception):
    """The user name and password do not prove an identity; the text says why."""


@dataclass(frozen=True)
class Login:
    """What a Basic authorization header carries."""

    access_key_id: str
    token: str | None
    password: str


def parse(header: str) -> Login:
    """The login of an `Authorization` header."""
    kind, _, encoded = header.partition(" ")
    try:
        decoded = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise CredentialRefused("the Authorization header is not Basic") from error
    user, separator, password = decoded.partition(":")
    if kind.lower() != "basic" or not separator:
        raise CredentialRefused("the Authorization header is not Basic")
    key, _, token = user.partition("%")
    return Login(key, token or None, password)


def verify(login: Login, region: str, host: str, path: str) -> None:
    """Refuse a login whose key is unknown or whose signature is old or wrong."""
    known = adapter.secret_of(login.access_key_id)
    if known is None:
        raise CredentialRefused(f"the access key {login.access_key_id} is unknown or has expired")
    secret, token = known
    if (token or None) != login.token:
        raise CredentialRefused("the session token does not belong to the access key")
    at = _signed_at(login.password)
    if abs(datetime.now(UTC) - at) > _VALID_FOR:
        raise CredentialRefused(f"the signature of {at:{TIME}}Z has expired")
    if not hmac.compare_digest(sign(secret, region, host, path, at), login.password):
        raise CredentialRefused("the signature does not match the secret key, the host and the path")


def _signed_at(password: str) -> datetime:
    stamp = password[:_STAMP_LENGTH]
    try:
        return datetime.strptime(stamp, f"{TIME}Z").replace(tzinfo=UTC)
    except ValueError as error:
        raise CredentialRefused(
            "the password is not a time and a signature, as CodeCommit's credential helper makes them"
        ) from error
