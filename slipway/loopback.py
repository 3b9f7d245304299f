"""Calls to this machine go to this machine, whatever proxy the person's environment names for the rest."""

from __future__ import annotations

import os
from collections.abc import MutableMapping

_NAMES = ("127.0.0.1", "localhost")


def past_proxies(environment: MutableMapping[str, str] = os.environ) -> None:
    """Let boto3, git, curl and every child reach the engine directly."""
    for variable in ("NO_PROXY", "no_proxy"):
        listed = [name for name in environment.get(variable, "").split(",") if name]
        environment[variable] = ",".join((*listed, *(name for name in _NAMES if name not in listed)))
