"""The instances of one variant in one deployment."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from slipway.engine.services.sagemaker.hosting.instance import Instance

_STARTED_AT_ONCE = 4


class Fleet:
    """Instances that answer for one variant.

    `least_outstanding` is the RoutingStrategy LEAST_OUTSTANDING_REQUESTS; without it instances are drawn at random.
    docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantRoutingConfig.html
    """

    def __init__(self, variant: str, make: Callable[[], Instance], *, least_outstanding: bool = False) -> None:
        self.variant = variant
        self._make = make
        self._least_outstanding = least_outstanding
        self._instances: tuple[Instance, ...] = ()
        self._changing = threading.Lock()

    @property
    def instances(self) -> tuple[Instance, ...]:
        """The instances, oldest first."""
        return self._instances

    def scale(self, count: int) -> None:
        """Have `count` instances: start what is missing, or drain and end the youngest of too many.

        NotHealthy when one does not become healthy: then none of the new ones stays.
        """
        with self._changing:
            missing = count - len(self._instances)
            if missing > 0:
                self._instances = (*self._instances, *self._started(missing))
            elif missing < 0:
                self._instances, surplus = self._instances[:count], self._instances[count:]
                _all(surplus, Instance.retire)

    def retire(self) -> None:
        """Drain and end every instance."""
        self.scale(0)

    def end(self) -> None:
        """End every instance at once."""
        instances, self._instances = self._instances, ()
        _all(instances, Instance.end)

    def take(self, target_model: str | None = None) -> Instance | None:
        """An instance for one request, taken; None when none is ready. One that has the target model comes first."""
        instances = list(self._instances)
        if self._least_outstanding:
            instances.sort(key=lambda instance: instance.outstanding)
        else:
            random.shuffle(instances)
        if target_model is not None:
            instances.sort(key=lambda instance: not instance.has(target_model))
        return next((instance for instance in instances if instance.try_take()), None)

    def _started(self, count: int) -> list[Instance]:
        instances = [self._make() for _ in range(count)]
        with ThreadPoolExecutor(_STARTED_AT_ONCE, thread_name_prefix="start-instance") as pool:
            starts = [pool.submit(instance.start) for instance in instances]
        failures = [error for start in starts if (error := start.exception()) is not None]
        if failures:
            _all(tuple(instances), Instance.end)
            raise failures[0]
        return instances


def _all(instances: tuple[Instance, ...], action: Callable[[Instance], None]) -> None:
    if instances:
        with ThreadPoolExecutor(len(instances)) as pool:
            for done in [pool.submit(action, instance) for instance in instances]:
                done.result()
