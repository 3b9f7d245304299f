"""Which of MiniStack's services have changed since they were saved."""

from __future__ import annotations

import threading

EVERYTHING = ""


class Changes:
    """Names of services that many threads note and one saves; `EVERYTHING` stands for all of them."""

    def __init__(self) -> None:
        self._count = 0
        self._fresh: set[str] = set()
        self._unsaved: dict[str, int] = {}
        self._changed = threading.Condition()

    def note(self, service: str = EVERYTHING) -> None:
        """Say that a service's state is worth saving."""
        with self._changed:
            self._count += 1
            self._unsaved[service] = self._count
            self._fresh.add(service)
            self._changed.notify_all()

    def take(self, seconds: float) -> set[str]:
        """What was noted since the last time, waiting `seconds` at most for the first of it."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._fresh), seconds)
            taken, self._fresh = self._fresh, set()
            return taken

    def count(self) -> int:
        """How many changes were noted up to now."""
        with self._changed:
            return self._count

    def saved(self, service: str, count: int) -> None:
        """Say that a service's state, as it was after `count` changes, is on disk."""
        with self._changed:
            for name in [service] if service else list(self._unsaved):
                if self._unsaved.get(name, count + 1) <= count:
                    del self._unsaved[name]
            self._changed.notify_all()

    def wait_until_saved(self, service: str, seconds: float) -> bool:
        """Wait until what was noted of a service is on disk; whether that was so within `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: service not in self._unsaved, seconds)
