"""Files that hold the states of services, each written anew only when its state differs from what was written last."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from pathlib import Path

logger = logging.getLogger("slipway")

_TRIES = 5
_PAUSE_SECONDS = 0.01

Text = Callable[[], str | None]


class Snapshots:
    """Writes the states of services to files of their names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: dict[str, bytes] = {}

    def save(self, states: dict[str, Text]) -> bool:
        """Write every state that differs from what was written; whether all of them are on disk now."""
        failed = [service for service, state in states.items() if not self._save(service, state)]
        return not failed

    def _save(self, service: str, state: Text) -> bool:
        try:
            text = _settled(state)
            if text is not None:
                self._write(service, text.encode())
        except (OSError, RuntimeError) as error:
            logger.error("the state of %s was not saved, and will be tried again: %s", service, error)
            return False
        return True

    def _write(self, service: str, content: bytes) -> None:
        digest = hashlib.blake2b(content).digest()
        if self._written.get(service) == digest:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        new = self._folder / f"{service}.json.new"
        new.write_bytes(content)
        new.replace(self._folder / f"{service}.json")
        self._written[service] = digest


def _settled(state: Text) -> str | None:
    """The state as text; a dictionary that grows under the reader's hands (a RuntimeError) is read again."""
    for _ in range(_TRIES - 1):
        try:
            return state()
        except RuntimeError:
            time.sleep(_PAUSE_SECONDS)
    return state()
