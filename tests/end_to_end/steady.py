"""Requests at a steady rate, whatever becomes of each: as many callers would make them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from botocore.exceptions import BotoCoreError, ClientError

THREADS = 32


@dataclass(frozen=True)
class Told:
    """One request: how long after the first it was made, and its error, or nothing."""

    second: float
    error: str


class Steady:
    """Calls `ask` so many times a second from when it is entered until it is left."""

    def __init__(self, ask: Callable[[], object], rate: float) -> None:
        self._ask = ask
        self._rate = rate
        self._numbers = count()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(THREADS)]
        self._began = 0.0
        self.seconds = 0.0
        self.told: list[Told] = []

    @property
    def errors(self) -> list[str]:
        """What was not answered."""
        return [told.error for told in self.told if told.error]

    @property
    def rate(self) -> float:
        """How many requests there really were in a second."""
        return len(self.told) / self.seconds

    def __enter__(self) -> Steady:
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.seconds = time.monotonic() - self._began

    def _run(self) -> None:
        while not self._stop.is_set():
            due = self._began + next(self._numbers) / self._rate
            if self._stop.wait(max(0.0, due - time.monotonic())):
                return
            error = ""
            try:
                self._ask()
            except (BotoCoreError, ClientError) as failure:
                error = str(failure)
            self.told.append(Told(due - self._began, error))
