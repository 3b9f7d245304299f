"""The table of the endpoints that are in this process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker.hosting import metrics
from slipway.engine.services.sagemaker.hosting.capture import FLUSH_SECONDS
from slipway.engine.services.sagemaker.hosting.live import LiveEndpoint

if TYPE_CHECKING:
    from slipway.engine.engine import Engine


class Hosting:
    """The endpoints of the process's engine, and the thread that publishes for them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._endpoints: dict[str, LiveEndpoint] = {}

    def get(self, name: str) -> LiveEndpoint | None:
        """The endpoint, if it takes requests."""
        return self._endpoints.get(name)

    def put(self, endpoint: LiveEndpoint) -> None:
        """Let it take requests."""
        self._endpoints[endpoint.name] = endpoint

    def remove(self, name: str) -> LiveEndpoint | None:
        """Let it take no more; its last figures are published."""
        endpoint = self._endpoints.pop(name, None)
        if endpoint is not None:
            self._publish([endpoint])
            self._flush([endpoint])
        return endpoint

    def all(self) -> list[LiveEndpoint]:
        """Those that take requests."""
        return list(self._endpoints.values())

    def keep_publishing(self) -> None:
        """Publish metrics every period and captures every minute, until the engine ends."""
        flushed = time.monotonic()
        while not self._engine.stopping.wait(metrics.period(self._engine)):
            self._publish(self.all())
            if time.monotonic() - flushed >= self._engine.clock.real(FLUSH_SECONDS):
                self._flush(self.all())
                flushed = time.monotonic()

    def _publish(self, endpoints: list[LiveEndpoint]) -> None:
        for endpoint in endpoints:
            try:
                metrics.publish(self._engine, endpoint.metric_data())
            except (ClientError, BotoCoreError) as error:
                endpoint.say(f"metrics of the last period were not published: {error}")

    def _flush(self, endpoints: list[LiveEndpoint]) -> None:
        for endpoint in endpoints:
            try:
                endpoint.flush()
            except (ClientError, BotoCoreError, AwsError) as error:
                endpoint.say(f"captured data was not written and is lost: {error}")


_hostings: dict[int, Hosting] = {}


def hosting(engine: Engine) -> Hosting:
    """The endpoints of `engine`."""
    return _hostings.setdefault(id(engine), Hosting(engine))
