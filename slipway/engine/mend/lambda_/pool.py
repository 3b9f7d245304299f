"""Execution environments kept warm, one in use by one invocation at a time.

docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from slipway.engine.mend.lambda_.environment import Environment
from slipway.engine.mend.lambda_.function import FunctionVersion

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine

IDLE_SECONDS = 300.0
_LOOK_EVERY_SECONDS = 0.05


class Pool:
    """The idle environments of every function."""

    def __init__(self, engine: Engine, exists: Callable[[str], bool]) -> None:
        """`exists` says whether there is a function of that name now."""
        self._engine = engine
        self._exists = exists
        self._idle: dict[str, list[Environment]] = {}
        # Busy environments, with how often their function had been deleted when they were asked for.
        self._busy: dict[Environment, int] = {}
        self._deletions: Counter[str] = Counter()
        self._lock = threading.Lock()
        engine.spawn("functions are watched", self._watch)

    def _watch(self) -> None:
        """End what uses more memory than it has, and what nobody has used for long."""
        while not self._engine.stopping.wait(_LOOK_EVERY_SECONDS):
            with self._lock:
                busy, expired = list(self._busy), self._take_expired()
            for environment in expired:
                environment.close()
            for environment in busy:
                environment.end_if_out_of_memory()

    def take(self, function: FunctionVersion, caller: Caller) -> tuple[Environment, bool]:
        """An environment for one invocation, and whether it is a new one that still has to load the handler."""
        with self._lock:
            deletions = self._deletions[_name(function.key)]
        fits, stale = self._pick(function, caller)
        for environment in stale:
            environment.close()
        environment = fits or Environment(self._engine, function, caller)
        with self._lock:
            self._busy[environment] = deletions
        return environment, fits is None

    def _pick(self, function: FunctionVersion, caller: Caller) -> tuple[Environment | None, list[Environment]]:
        """A warm environment, and those to end: other code or configuration, an expiring session."""
        fingerprint = function.fingerprint
        with self._lock:
            stale: list[Environment] = []
            kept: list[Environment] = []
            for environment in self._idle.pop(function.key, []):
                same = environment.fingerprint == fingerprint and environment.caller is caller and environment.usable
                (kept if same else stale).append(environment)
            picked = kept.pop() if kept else None
            self._idle[function.key] = kept
        return picked, stale

    def _take_expired(self) -> list[Environment]:
        oldest = time.monotonic() - IDLE_SECONDS
        expired = [e for waiting in self._idle.values() for e in waiting if e.last_used < oldest]
        for key, waiting in self._idle.items():
            self._idle[key] = [environment for environment in waiting if environment not in expired]
        return expired

    def give_back(self, environment: Environment) -> None:
        """Keep it for the next invocation, or end it when it can serve no more, or its function is gone."""
        with self._lock:
            key = environment.function.key
            same = self._busy.pop(environment) == self._deletions[_name(key)]
            # One that was deleted before its environment was asked for is not among the deletions since.
            kept = same and environment.usable and self._exists(_name(key))
            if kept:
                self._idle.setdefault(key, []).append(environment)
        if not kept:
            environment.close()

    def forget(self, name: str) -> None:
        """End the environments of a function that was deleted: the idle ones now, the others after their invocation."""
        with self._lock:
            self._deletions[name] += 1
        self._end(lambda key: _name(key) == name)

    def close(self) -> None:
        """End every idle environment."""
        self._end(lambda _: True)

    def _end(self, wanted: Callable[[str], bool]) -> None:
        with self._lock:
            gone = [environment for key in filter(wanted, list(self._idle)) for environment in self._idle.pop(key)]
        for environment in gone:
            environment.close()


def _name(key: str) -> str:
    return key.partition(":")[0]
