"""How long the function may wait for others."""

from __future__ import annotations

import time
from typing import Final, Protocol

# What a last round of calls, and handing on, may take.
LAST_MILLISECONDS: Final = 60_000
SECONDS_BETWEEN_LOOKS: Final = 2


class Context(Protocol):
    """What is used of https://docs.aws.amazon.com/lambda/latest/dg/python-context.html."""

    invoked_function_arn: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function is ended."""


class TimeIsUp(Exception):
    """The function's life ends before the deletion does."""


def look_again(context: Context) -> None:
    """Wait a moment, if there is one left."""
    if context.get_remaining_time_in_millis() < LAST_MILLISECONDS:
        raise TimeIsUp
    time.sleep(SECONDS_BETWEEN_LOOKS)
