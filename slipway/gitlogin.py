"""The user name and password that git sends to CodeCommit, as `aws codecommit credential-helper` makes them.

docs.aws.amazon.com/codecommit/latest/userguide/setting-up-https-unixes.html
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from slipway.engine.services.codecommit.credential import sign
from slipway.errors import BadInput
from slipway.target import Target


def login(target: Target, host: str, path: str) -> tuple[str, str]:
    """User name and password for the repository at `path` on `host`."""
    credentials = target.session.get_credentials().get_frozen_credentials()
    user = f"{credentials.access_key}%{credentials.token}" if credentials.token else credentials.access_key
    return user, sign(credentials.secret_key, target.region, host, path, datetime.now(UTC))


def answer(target: Target, request: Mapping[str, str]) -> str:
    """What git wants to read for the attributes that it wrote (`git help credential`)."""
    if not request.get("host") or not request.get("path"):
        raise BadInput("git did not say host and path; set credential.useHttpPath to true for this remote")
    user, password = login(target, request["host"], f"/{request['path']}")
    return f"username={user}\npassword={password}\n"


def read_request() -> dict[str, str]:
    """The attributes on standard input."""
    pairs = (line.strip().partition("=") for line in sys.stdin if "=" in line)
    return {name: value for name, _, value in pairs}
