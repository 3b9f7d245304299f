"""One engine to a home: a lock that also tells an engine that its home was taken away."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TextIO


class HomeInUse(Exception):
    """Another engine runs on this home."""

    def __init__(self, home: Path) -> None:
        super().__init__(f"another engine runs on {home}; `slipway down --home {home}` ends it")


class HomeLock:
    """Held by the engine of a home for as long as it lives."""

    def __init__(self, home: Path) -> None:
        """Take the lock; HomeInUse when another engine has it."""
        self._path = home / "engine.lock"
        self._file: TextIO = self._path.open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise HomeInUse(home) from error

    def is_current(self) -> bool:
        """Whether the home is still the one that was locked: not removed, and not made anew by somebody."""
        try:
            return os.path.samestat(os.fstat(self._file.fileno()), self._path.stat())
        except OSError:
            return False
