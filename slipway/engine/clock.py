"""The engine's one source of waiting time.

A clock factor above 1 shortens everything that AWS makes people wait for: Wait states, schedules, CloudWatch
periods, cooldowns, bake times. Timestamps stay real. The factor is 1 unless `slipway up --clock-factor` says otherwise,
and every run says which it used.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

_SHORTEST_LIMIT = 30.0


@dataclass(frozen=True)
class Clock:
    """`factor` AWS seconds pass in one real second."""

    factor: float = 1.0

    def real(self, seconds: float) -> float:
        """Real seconds that stand for `seconds` of AWS's time."""
        return seconds / self.factor

    def limit(self, seconds: float) -> float:
        """Real seconds that a program has where AWS gives it `seconds`.

        It takes its time whatever the factor: no limit is shortened below half a minute.
        """
        return max(self.real(seconds), min(seconds, _SHORTEST_LIMIT))

    def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of AWS's time."""
        time.sleep(self.real(seconds))
