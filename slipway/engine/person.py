"""The person at the keyboard: an IAM user with every right, whose key is in the engine's home."""

from __future__ import annotations

from configparser import ConfigParser

from slipway.engine import adapter
from slipway.engine import credentials as keys
from slipway.engine.caller import Caller
from slipway.engine.engine import Engine


def person(engine: Engine) -> Caller:
    """The person, with the key in `<home>/credentials`, made once."""
    path = engine.home / "credentials"
    config = ConfigParser()
    if not config.read(path):
        made = keys.new(keys.PERSON)
        config["default"] = {
            "aws_access_key_id": made.access_key_id,
            "aws_secret_access_key": made.secret_access_key,
        }
        path.touch(mode=0o600)
        with path.open("w") as file:
            config.write(file)
    section = config["default"]
    credentials = keys.Credentials(section["aws_access_key_id"], section["aws_secret_access_key"])
    return Caller(engine, f"arn:aws:iam::{engine.account}:user/{adapter.PERSON}", credentials)
