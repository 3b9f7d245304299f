"""The instances of one variant in one deployment."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from slipway.engine.services.sagemaker.hosting.server import Server

_STARTED_AT_ONCE = 4


class Fleet:
    """Servers that answer for one variant.

    `least_outstanding` is the RoutingStrategy LEAST_OUTSTANDING_REQUESTS; without it instances are drawn at random.
    docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantRoutingConfig.html
    """

    def __init__(self, variant: str, make: Callable[[], Server], *, least_outstanding: bool = False) -> None:
        self.variant = variant
        self._make = make
        self._least_outstanding = least_outstanding
        self._servers: tuple[Server, ...] = ()
        self._changing = threading.Lock()

    @property
    def servers(self) -> tuple[Server, ...]:
        """The instances, oldest first."""
        return self._servers

    def scale(self, count: int) -> None:
        """Have `count` instances: start what is missing, or drain and end the youngest of too many.

        NotHealthy when one does not become healthy: then none of the new ones stays.
        """
        with self._changing:
            missing = count - len(self._servers)
            if missing > 0:
                self._servers = (*self._servers, *self._started(missing))
            elif missing < 0:
                self._servers, surplus = self._servers[:count], self._servers[count:]
                _all(surplus, Server.retire)

    def retire(self) -> None:
        """Drain and end every instance."""
        self.scale(0)

    def end(self) -> None:
        """End every instance at once."""
        servers, self._servers = self._servers, ()
        _all(servers, Server.end)

    def take(self) -> Server | None:
        """An instance for one request, taken; None when none is ready."""
        servers = list(self._servers)
        if self._least_outstanding:
            servers.sort(key=lambda server: server.outstanding)
        else:
            random.shuffle(servers)
        return next((server for server in servers if server.try_take()), None)

    def _started(self, count: int) -> list[Server]:
        servers = [self._make() for _ in range(count)]
        with ThreadPoolExecutor(_STARTED_AT_ONCE, thread_name_prefix="start-server") as pool:
            starts = [pool.submit(server.start) for server in servers]
        failures = [error for start in starts if (error := start.exception()) is not None]
        if failures:
            _all(tuple(servers), Server.end)
            raise failures[0]
        return servers


def _all(servers: tuple[Server, ...], action: Callable[[Server], None]) -> None:
    if servers:
        with ThreadPoolExecutor(len(servers)) as pool:
            for done in [pool.submit(action, server) for server in servers]:
                done.result()
