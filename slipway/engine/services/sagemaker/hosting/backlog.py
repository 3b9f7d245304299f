"""The queue of an asynchronous endpoint: on disk until a request is over, so that the next engine goes on with it.

A request that was under way when an engine was killed is made again. Each instance has so many under way at a time; an
endpoint without instances keeps its requests until it has some, or until they expire.

docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html
docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html
"""

from __future__ import annotations

import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.hosting.async_work import Work, is_expired
from slipway.engine.services.sagemaker.hosting.metrics import endpoint_data
from slipway.engine.services.sagemaker.service import table

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.services.sagemaker.hosting.live import LiveEndpoint
    from slipway.engine.store import Table

TABLE = "async-requests"
# What "an optimal value" is here, when the configuration gives none.
_AT_ONCE = 4
_LOOK_SECONDS = 0.2


def forget(engine: Engine, endpoint: str) -> None:
    """Drop what waits for an endpoint that is being deleted."""
    requests = table(engine, TABLE)
    for key in [key for key, item in requests.items() if item["endpoint"] == endpoint]:
        requests.pop(key, None)


class Backlog:
    """The requests of one endpoint, oldest first. `config` is its AsyncInferenceConfig."""

    def __init__(self, engine: Engine, live: LiveEndpoint, config: dict[str, Any]) -> None:
        self.config = config
        self._engine = engine
        self._live = live
        self._changed = threading.Condition()
        self._over = False
        self._waiting = {key: item for key, item in self._table.items() if item["endpoint"] == live.name}
        self._under_way: dict[str, dict[str, Any]] = {}
        engine.spawn(f"backlog of {live.name}", self._run)

    @property
    def _table(self) -> Table:
        return table(self._engine, TABLE)

    def put(self, waiting: dict[str, Any]) -> None:
        """Queue a request; it is on disk when this returns."""
        key = str(uuid.uuid4())
        self._table[key] = waiting
        with self._changed:
            self._waiting[key] = waiting
            self._changed.notify()

    def end(self) -> None:
        """Begin no more; what is left stays on disk."""
        with self._changed:
            self._over = True
            self._changed.notify()

    def _run(self) -> None:
        while not self._engine.stopping.is_set():
            with self._changed:
                if self._over:
                    return
                begun = self._begin()
                if not begun:
                    self._changed.wait(_LOOK_SECONDS)
            for key, waiting in begun.items():
                self._engine.spawn(f"asynchronous request {waiting['inference_id']}", self._work, key, waiting)

    def _begin(self) -> dict[str, dict[str, Any]]:
        """Those that are begun now: the oldest, as many as the instances take, and what has expired."""
        most = self.config.get("ClientConfig", {}).get("MaxConcurrentInvocationsPerInstance", _AT_ONCE)
        room = most * self._live.instances - len(self._under_way)
        expired = [key for key, item in self._waiting.items() if is_expired(self._engine, item)]
        chosen = [*expired, *[key for key in self._waiting if key not in expired][: max(0, room)]]
        begun = {key: self._waiting.pop(key) for key in chosen}
        self._under_way |= begun
        return begun

    def _work(self, key: str, waiting: dict[str, Any]) -> None:
        over = Work(self._engine, self._live, self.config, waiting).run()
        with self._changed:
            del self._under_way[key]
            if over:
                self._table.pop(key, None)
            elif not self._over:
                self._waiting = {key: waiting, **self._waiting}
            self._changed.notify()

    def metric_data(self) -> list[dict[str, Any]]:
        """How much there is, as PutMetricData takes it."""
        with self._changed:
            there = [*self._waiting.values(), *self._under_way.values()]
        instances = self._live.instances
        oldest = min((item["received"] for item in there), default=time.time())
        return endpoint_data(
            self._live.name,
            {
                "ApproximateBacklogSize": float(len(there)),
                "ApproximateBacklogSizePerInstance": len(there) / max(1, instances),
                "ApproximateAgeOfOldestRequest": time.time() - oldest,
                "HasBacklogWithoutCapacity": float(bool(there) and not instances),
            },
        )
