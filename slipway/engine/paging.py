"""Pages of lists, with the position of the next page as the token."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from slipway.engine.errors import AwsError

Item = TypeVar("Item")
_TOKEN = re.compile(r"[0-9]{1,12}")


def page(items: Sequence[Item], token: str | None, most: int, invalid: AwsError) -> tuple[list[Item], str]:
    """At most `most` items from where `token` stands, and the next page's token, empty after the last.

    Raises `invalid` for a token that no page gave.
    """
    token = token or "0"
    if not _TOKEN.fullmatch(token):
        raise invalid
    begin = int(token)
    end = begin + most
    return list(items[begin:end]), str(end) if end < len(items) else ""
