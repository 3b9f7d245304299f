"""The condition keys of a request: the service's own, the caller's, and those that every request has.

The clock and tags of resources are looked at when a policy asks for them.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from slipway.engine import resource_tags

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

Value = str | Sequence[str]
_RESOURCE_TAG = "aws:resourcetag/"


class RequestKeys(Mapping[str, Value]):
    """Condition keys by their names in lower case; `asked` has those that a policy looked at."""

    def __init__(self, engine: Engine, resource: str, *given: Mapping[str, object]) -> None:
        self._engine, self._resource = engine, resource
        self.asked: dict[str, Value] = {}
        self._values: dict[str, Value] = {
            "aws:requestedregion": engine.region,
            "aws:resourceaccount": _account_of(resource) or engine.account,
            "s3:resourceaccount": engine.account,
            "aws:securetransport": "true",  # AWS is reached over TLS only; loopback stands for it
            "aws:sourceip": "127.0.0.1",
            "aws:viaawsservice": "false",
        }
        for keys in given:
            self._values.update({name.lower(): _value(value) for name, value in keys.items() if value is not None})

    def __getitem__(self, name: str) -> Value:
        found = self._values[name] if name in self._values else self._looked_up(name)
        if found is None:
            raise KeyError(name)
        self.asked[name] = found
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def _looked_up(self, name: str) -> str | None:
        if name == "aws:currenttime":
            return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if name == "aws:epochtime":
            return str(int(time.time()))
        if name.startswith(_RESOURCE_TAG):
            tags = resource_tags.of(self._engine, self._resource)
            return {key.lower(): value for key, value in tags.items()}.get(name.removeprefix(_RESOURCE_TAG))
        return None


def _account_of(resource: str) -> str:
    parts = resource.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[4].isdigit() else ""


def _value(value: object) -> Value:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(str(each) for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
