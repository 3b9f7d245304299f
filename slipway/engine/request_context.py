"""The condition keys that a request brings along: what sent it, and the tags that it names.

What every request has, and what is looked up about caller and resource, is `request_keys`.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slipway.engine.exchange import Exchange

_HEADERS = {"aws:UserAgent": "user-agent", "aws:Referer": "referer"}
# The names that AWS's operations give to tags and to the keys of tags, and the members of a tag.
_TAGS, _KEYS = ("Tags", "tags"), ("TagKeys", "tagKeys")
_PAIRS = (("Key", "Value"), ("key", "value"), ("TagKey", "TagValue"))


def of(exchange: Exchange) -> dict[str, Any]:
    """The keys of one call; those that it does not have are not there."""
    headers = exchange.request.headers
    sent = {key: headers[name] for key, name in _HEADERS.items() if name in headers}
    return {**sent, **tags(exchange.params)}


def tags(params: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of the tags that a request names."""
    pairs = dict(pair for name in _TAGS for pair in _pairs(params.get(name)))
    keys = [*pairs, *(key for name in _KEYS for key in params.get(name) or () if isinstance(key, str))]
    values = {f"aws:RequestTag/{key}": value for key, value in pairs.items()}
    return {**values, "aws:TagKeys": keys} if keys else {}


def _pairs(tags: Any) -> Iterable[tuple[str, str]]:
    if isinstance(tags, Mapping):
        yield from tags.items()
    for tag in tags if isinstance(tags, list) else ():
        for key, value in _PAIRS:
            if isinstance(tag, Mapping) and key in tag:
                yield tag[key], tag.get(value, "")
