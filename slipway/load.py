"""Load on an environment's API, and the instance counts that it leads to."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slipway.api import Api, PredictionFailed
from slipway.target import Target

POLL_SECONDS = 0.25


@dataclass
class Load:
    """Requests from several threads until stopped; `statuses` counts the answers by HTTP status, 0 for none."""

    api: Api
    features: Any
    threads: int = 4
    statuses: Counter[int] = field(default_factory=Counter)
    _stop: threading.Event = field(default_factory=threading.Event)
    _running: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin."""
        for _ in range(self.threads):
            thread = threading.Thread(target=self._send, daemon=True)
            thread.start()
            self._running.append(thread)

    def stop(self) -> None:
        """End, and wait for the last answers."""
        self._stop.set()
        for thread in self._running:
            thread.join()

    def _send(self) -> None:
        while not self._stop.is_set():
            try:
                status = self.api.call(self.features).status
            except PredictionFailed:
                status = 0
            self.statuses[status] += 1


def instances(target: Target, endpoint: str) -> int:
    """The instances that serve now, over all variants."""
    described = target.client("sagemaker").describe_endpoint(EndpointName=endpoint)
    return sum(variant["CurrentInstanceCount"] for variant in described["ProductionVariants"])


def wait_for_instances(
    target: Target, endpoint: str, enough: Callable[[int], bool], seconds: float, seen: Callable[[int], None]
) -> int:
    """Wait until the count is `enough`, for at most `seconds` real seconds; returns the last count."""
    deadline = time.monotonic() + seconds
    count = instances(target, endpoint)
    seen(count)
    while not enough(count) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        now = instances(target, endpoint)
        if now != count:
            seen(now)
        count = now
    return count
