"""Pages of lists: `maxResults` and `nextToken`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from slipway.engine.errors import AwsError

Item = TypeVar("Item")


def page(params: Mapping[str, Any], items: Sequence[Item], most: int = 100) -> tuple[list[Item], dict[str, str]]:
    """The items of the page that a request asks for, and the `nextToken` member of its answer, if there is a next."""
    token = params.get("nextToken", "0")
    if not token.isdigit():
        raise AwsError("InvalidNextTokenException", "The next token was specified in an invalid format")
    begin = int(token)
    end = begin + int(params.get("maxResults", most))
    return list(items[begin:end]), {"nextToken": str(end)} if end < len(items) else {}
