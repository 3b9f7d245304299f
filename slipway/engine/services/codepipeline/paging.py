"""Pages of lists: `maxResults` and `nextToken`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from slipway.engine import paging
from slipway.engine.errors import AwsError

Item = TypeVar("Item")
_INVALID = AwsError("InvalidNextTokenException", "The next token was specified in an invalid format")


def page(params: Mapping[str, Any], items: Sequence[Item], most: int = 100) -> tuple[list[Item], dict[str, str]]:
    """The items of the page that a request asks for, and the `nextToken` member of its answer, if there is a next."""
    found, following = paging.page(items, params.get("nextToken"), int(params.get("maxResults", most)), _INVALID)
    return found, {"nextToken": following} if following else {}
