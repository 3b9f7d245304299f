"""Retry and Catch: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html."""

from __future__ import annotations

import random
from typing import Any

from slipway.engine.integrations.task import TaskFailed

_TERMINAL = frozenset({"States.DataLimitExceeded", "States.Runtime"})


def matches(names: list[str], error: str) -> bool:
    """Whether `ErrorEquals` covers an error.

    `States.ALL` covers all but the terminal ones, `States.TaskFailed` all but a timeout, `States.Timeout` a heartbeat's
    too.
    """
    if error in names or (error == "States.HeartbeatTimeout" and "States.Timeout" in names):
        return True
    if "States.ALL" in names and error not in _TERMINAL:
        return True
    return "States.TaskFailed" in names and error not in _TERMINAL | {"States.Timeout"}


class Retries:
    """How often each retrier of a state was used."""

    def __init__(self, state: dict[str, Any], used: list[int] | None = None) -> None:
        self._retriers: list[dict[str, Any]] = state.get("Retry", [])
        self.used = used or [0] * len(self._retriers)

    @property
    def count(self) -> int:
        """Attempts after the first."""
        return sum(self.used)

    def delay(self, failure: TaskFailed) -> float | None:
        """Seconds until the next attempt, None when there is none. The first retrier that matches decides."""
        for index, retrier in enumerate(self._retriers):
            if matches(retrier["ErrorEquals"], failure.error):
                if self.used[index] >= retrier.get("MaxAttempts", 3):
                    return None
                self.used[index] += 1
                return _seconds(retrier, self.used[index] - 1)
        return None


def _seconds(retrier: dict[str, Any], used: int) -> float:
    interval = float(retrier.get("IntervalSeconds", 1)) * float(retrier.get("BackoffRate", 2.0)) ** used
    interval = min(interval, float(retrier.get("MaxDelaySeconds", interval)))
    if retrier.get("JitterStrategy") == "FULL":
        return random.uniform(0, interval)  # noqa: S311 - spreads load, guards nothing
    return interval


def catcher(state: dict[str, Any], failure: TaskFailed) -> dict[str, Any] | None:
    """The first catcher that matches."""
    for candidate in state.get("Catch", []):
        if matches(candidate["ErrorEquals"], failure.error):
            found: dict[str, Any] = candidate
            return found
    return None
