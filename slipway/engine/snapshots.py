"""States of services as texts in the engine's database, each written anew only when it differs from the last one."""

from __future__ import annotations

import errno
import hashlib
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from slipway.engine.store import Database

_TRIES = 5
_PAUSE_SECONDS = 0.01
_WRITE = "INSERT INTO snapshots VALUES (?, ?) ON CONFLICT DO UPDATE SET text = excluded.text"

Text = Callable[[], str | None]


class Snapshots:
    """Writes the states of services, by their names."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._written: dict[str, bytes] = {}
        # A state that was read first must not be written last.
        self._lock = threading.Lock()

    def save(self, states: dict[str, Text]) -> None:
        """Write every state that differs from what was written; OSError when one cannot be read or written."""
        with self._lock:
            for service, state in states.items():
                text = _settled(state)
                if text is not None:
                    self._write(service, text)

    def _write(self, service: str, text: str) -> None:
        digest = hashlib.blake2b(text.encode()).digest()
        if self._written.get(service) == digest:
            return
        try:
            self._database.execute(_WRITE, service, text)
        except sqlite3.Error as error:
            raise OSError(errno.EIO, f"the state of {service} was not written: {error}") from error
        self._written[service] = digest

    def restore(self, folder: Path) -> None:
        """Put the states where MiniStack loads them from, one file a service."""
        folder.mkdir(parents=True, exist_ok=True)
        for service, text in self._database.execute("SELECT service, text FROM snapshots"):
            (folder / f"{service}.json").write_text(text)


def _settled(state: Text) -> str | None:
    """The state as text; a dictionary that grows under the reader's hands (a RuntimeError) is read again."""
    for _ in range(_TRIES):
        try:
            return state()
        except RuntimeError as error:
            changing = error
            time.sleep(_PAUSE_SECONDS)
    raise OSError(errno.EBUSY, f"a state changes faster than it can be read: {changing}") from changing
