"""Work that is due at a moment: a few threads, however much of it waits."""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

_LONGEST_SLEEP = 1.0

logger = logging.getLogger("slipway")


class Schedule:
    """Calls `work` with each key when it is due, `workers` at a time."""

    def __init__(self, engine: Engine, name: str, work: Callable[[str], None], workers: int) -> None:
        self._engine = engine
        self._name = name
        self._work = work
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._due: list[tuple[float, str]] = []
        self._changed = threading.Condition()
        self._looping = False

    def put(self, key: str, due: float = 0.0) -> None:
        """Work on `key` at the moment `due` (seconds since the epoch), or at once."""
        with self._changed:
            heapq.heappush(self._due, (due, key))
            self._changed.notify()
            if not self._looping:
                self._looping = True
                self._engine.spawn(self._name, self._loop)

    def _loop(self) -> None:
        while not self._engine.stopping.is_set():
            with self._changed:
                wait = self._due[0][0] - time.time() if self._due else _LONGEST_SLEEP
                if wait > 0:
                    self._changed.wait(min(wait, _LONGEST_SLEEP))
                    continue
                _, key = heapq.heappop(self._due)
            self._executor.submit(self._work_on, key)

    def _work_on(self, key: str) -> None:
        try:
            self._work(key)
        except Exception:  # the edge of a thread: a fault of ours is told, and what waits on disk stays there
            logger.exception("%s: %s failed", self._name, key)
