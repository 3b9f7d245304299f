"""Log git in to CodeCommit, as `aws codecommit credential-helper` does; git runs `python -m slipway.gitlogin`.

Every clone, fetch and push waits for it, so that it loads nothing but what it needs.

docs.aws.amazon.com/codecommit/latest/userguide/setting-up-https-unixes.html
git-scm.com/docs/git-credential
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from slipway import local
from slipway.errors import BadInput, SlipwayError
from slipway.gitsignature import sign


@dataclass(frozen=True)
class Keys:
    """AWS credentials, and the region to sign for."""

    access_key_id: str
    secret_access_key: str
    token: str | None
    region: str


def keys(home: Path | None, region: str | None) -> Keys:
    """The person's keys of the engine on `home`, or without one, those of the environment."""
    if home is None:
        return _of_environment(region)
    engine = local.find(home)
    if engine is None:
        raise local.EngineFailed(f"no engine runs on {home}; start it with `slipway up --home {home}`")
    return Keys(*engine.keys(), None, engine.region)


def _of_environment(region: str | None) -> Keys:
    from slipway.target import aws_session

    session = aws_session(region)
    found = session.get_credentials()
    if found is None:
        raise BadInput("there are no AWS credentials in the environment; sign in, then push again")
    frozen = found.get_frozen_credentials()
    return Keys(frozen.access_key, frozen.secret_key, frozen.token, session.region_name)


def answer(keys: Keys, request: Mapping[str, str], at: datetime) -> str:
    """What git wants to read for the attributes that it wrote."""
    if not request.get("host") or not request.get("path"):
        raise BadInput("git did not say host and path; set credential.useHttpPath to true for this remote")
    user = f"{keys.access_key_id}%{keys.token}" if keys.token else keys.access_key_id
    password = sign(keys.secret_access_key, keys.region, request["host"], f"/{request['path']}", at)
    return f"username={user}\npassword={password}\n"


def read_request(stream: TextIO) -> dict[str, str]:
    """git's attributes, one `name=value` a line."""
    pairs = (line.strip().partition("=") for line in stream if "=" in line)
    return {name: value for name, _, value in pairs}


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer `get`; `store` and `erase` have nothing to do, since every password is made anew."""
    parser = argparse.ArgumentParser(prog="python -m slipway.gitlogin", description=__doc__.partition("\n")[0])
    parser.add_argument("--home", type=Path, help="the local engine's folder; without it, AWS")
    parser.add_argument("--region", help="the region to sign for, on AWS")
    parser.add_argument("operation", choices=["get", "store", "erase"])
    options = parser.parse_args(arguments)
    if options.operation != "get":
        return 0
    try:
        request = read_request(sys.stdin)
        sys.stdout.write(answer(keys(options.home, options.region), request, datetime.now(UTC)))
    except SlipwayError as error:
        print(f"slipway: {error}", file=sys.stderr)
        return int(error.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
