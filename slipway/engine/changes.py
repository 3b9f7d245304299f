"""Which of MiniStack's services have changed since they were saved."""

from __future__ import annotations

import threading

EVERYTHING = ""


class Changes:
    """A set of names that one thread fills and another empties; `EVERYTHING` stands for all of them."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._changed = threading.Condition()

    def note(self, service: str = EVERYTHING) -> None:
        """Say that a service's state is worth saving."""
        with self._changed:
            self._names.add(service)
            self._changed.notify()

    def take(self, seconds: float) -> set[str]:
        """What was noted since the last time, waiting `seconds` at most for the first of it."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._names), seconds)
            taken, self._names = self._names, set()
            return taken
