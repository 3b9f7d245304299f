"""Moving an endpoint's traffic from blue to green without dropping a request, or back.

docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.engine.services.sagemaker.failures import EngineStopping
from slipway.engine.services.sagemaker.hosting import alarms
from slipway.engine.services.sagemaker.hosting.live import LiveEndpoint, Traffic

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.services.sagemaker.hosting.deployment import Deployment
    from slipway.engine.services.sagemaker.hosting.policy import Policy, Step

_POLL_SECONDS = 10
_SHORTEST_POLL = 0.1


class RolledBack(Exception):
    """Blue has all the traffic again; the text is the endpoint's FailureReason."""


@dataclass
class Shift:
    """One update's traffic. `stage` is told ActivatingTraffic and Baking as they begin."""

    engine: Engine
    live: LiveEndpoint
    green: Deployment
    policy: Policy
    role_arn: str
    stage: Callable[[str], None]

    def run(self) -> None:
        """Give green all the traffic, step by step; RolledBack when an alarm trips or time is up."""
        blue = self.live.traffic.blue
        deadline = self._deadline()
        try:
            for step in self.policy.steps:
                self.stage("ActivatingTraffic")
                self.live.traffic = Traffic(blue, self.green, step.green_share)
                self._bake(step, deadline)
        except alarms.Tripped as reason:
            self.live.traffic = Traffic(blue)
            raise RolledBack(str(reason)) from reason
        self.live.traffic = Traffic(self.green)

    def _deadline(self) -> float:
        seconds = self.policy.timeout_seconds
        return float("inf") if seconds is None else time.monotonic() + self.engine.clock.real(seconds)

    def _bake(self, step: Step, deadline: float) -> None:
        until = time.monotonic() + self.engine.clock.real(step.bake_seconds)
        self.stage("Baking")
        while True:
            alarms.check(self.engine, self.role_arn, list(self.policy.alarms))
            left = until - time.monotonic()
            if time.monotonic() > deadline:
                raise alarms.Tripped(
                    f"The deployment did not finish within its {self.policy.timeout_seconds} seconds "
                    "(MaximumExecutionTimeoutInSeconds)"
                )
            if left <= 0:
                return
            if self.engine.stopping.wait(min(left, self._poll())):
                raise EngineStopping

    def _poll(self) -> float:
        return max(_SHORTEST_POLL, self.engine.clock.real(_POLL_SECONDS))
