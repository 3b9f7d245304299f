"""A serverless variant: an instance for each request at a time, started when one comes and ended when it is idle.

AWS does not say for how long an idle instance is kept; here it is five minutes of the engine's clock. When the variant
is created it is stood up once, so that a model that does not start fails the endpoint; the first request is a cold
start.

docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from slipway.engine.services.sagemaker.hosting.fleet import Fleet
from slipway.engine.services.sagemaker.hosting.instance import Instance, NoAnswer
from slipway.engine.services.sagemaker.hosting.server import NotHealthy

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

STARTUP_SECONDS = 180
IDLE_SECONDS = 300
MOST_BYTES = 4 * 1024 * 1024
_LOOKS = 4
_SHORTEST_LOOK = 0.1


class Throttled(Exception):
    """As many requests are under way as MaxConcurrency allows."""


class OnDemand(Fleet):
    """Instances that come and go with the requests; ProvisionedConcurrency of them stay."""

    def __init__(self, engine: Engine, variant: str, make: Callable[[], Instance], config: dict[str, int]) -> None:
        super().__init__(variant, make)
        self._engine = engine
        self._config = config
        self._lock = threading.Lock()
        self._starting = 0
        self._used: dict[Instance, float] = {}
        self._over = threading.Event()
        engine.spawn(f"idle instances of {variant}", self._watch)

    def stand_up(self) -> None:
        """Start what is provisioned, or one instance to see that it does start; NotHealthy."""
        self.scale(self._kept or 1)
        self.scale(self._kept)

    def configured(self, config: dict[str, int]) -> OnDemand:
        """Itself, with what `config` changes from now on."""
        self._config = {**self._config, **config}
        return self

    @property
    def _kept(self) -> int:
        return self._config.get("ProvisionedConcurrency", 0)

    def take(self, target_model: str | None = None) -> Instance | None:  # noqa: ARG002 - a serverless one has one model
        """An idle instance, or a new one; Throttled when there are as many requests as may be.

        NoAnswer when the new instance does not become healthy.
        """
        with self._lock:
            idle = next((one for one in self._instances if not one.outstanding and one.try_take()), None)
            if idle is not None:
                self._used[idle] = time.monotonic()
                return idle
            under_way = self._starting + sum(instance.outstanding for instance in self._instances)
            if under_way >= self._config["MaxConcurrency"]:
                raise Throttled
            self._starting += 1
        try:
            return self._cold_start()
        finally:
            with self._lock:
                self._starting -= 1

    def _cold_start(self) -> Instance:
        instance, began = self._make(), time.perf_counter()
        try:
            instance.start()
        except NotHealthy as reason:
            instance.end()
            raise NoAnswer(reason.containers) from reason
        instance.note("ModelSetupTime", time.perf_counter() - began)
        with self._lock:
            instance.try_take()
            self._used[instance] = time.monotonic()
            self._instances = (*self._instances, instance)
        return instance

    def retire(self) -> None:
        """Drain and end every instance."""
        self._over.set()
        super().retire()

    def end(self) -> None:
        """End every instance at once."""
        self._over.set()
        super().end()

    def _watch(self) -> None:
        idle = self._engine.clock.real(IDLE_SECONDS)
        while not self._over.wait(max(_SHORTEST_LOOK, idle / _LOOKS)):
            for instance in self._idle_since(time.monotonic() - idle):
                instance.retire()

    def _idle_since(self, moment: float) -> list[Instance]:
        """Those above the provisioned ones that had no request since then; they are taken no more."""
        with self._lock:
            for instance in self._instances:
                if instance.outstanding:
                    self._used[instance] = time.monotonic()
            old = [instance for instance in self._instances[self._kept :] if self._used.get(instance, 0.0) < moment]
            self._instances = tuple(instance for instance in self._instances if instance not in old)
            self._used = {instance: at for instance, at in self._used.items() if instance in self._instances}
        return old
