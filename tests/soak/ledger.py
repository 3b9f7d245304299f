"""What callers were told is done, and whether it still is."""

from __future__ import annotations

import threading
from itertools import count
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from slipway.git import GitFailed
from tests.soak import entries
from tests.soak.entries import Client, Kind


class Ledger:
    """Writes small things to many services while the engine lives, and remembers those that were acknowledged."""

    def __init__(self, client: Client, home: Path) -> None:
        self._client = client
        self._numbers = count()
        kinds: list[Kind] = [entries.Parameters(), entries.Objects(), entries.LogEvents(), entries.Messages()]
        kinds += [entries.Roles(), entries.Executions(), entries.Stacks(), entries.Pushes(home)]
        self._acknowledged: dict[Kind, set[str]] = {kind: set() for kind in kinds}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Make what it writes to."""
        for kind in self._acknowledged:
            kind.open(self._client)

    def begin(self) -> None:
        """Write until the engine is gone, or `end`."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Write no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _write(self) -> None:
        try:
            while not self._stop.wait(0.02):
                self._write_round(next(self._numbers))
        except (BotoCoreError, ClientError, GitFailed):
            return  # the engine was killed: what it has not acknowledged may or may not be there

    def _write_round(self, number: int) -> None:
        for kind, acknowledged in self._acknowledged.items():
            if number % kind.every == 0:
                kind.write(self._client, str(number))
                acknowledged.add(str(number))

    def check(self) -> int:
        """How many entries there are; AssertionError names those that were acknowledged and are gone."""
        for kind, acknowledged in self._acknowledged.items():
            lost = acknowledged - kind.read(self._client)
            assert not lost, f"acknowledged and gone: {type(kind).__name__} {sorted(lost)}"
        return sum(map(len, self._acknowledged.values()))

    def is_settled(self) -> bool:
        """Whether everything that was begun has come to its end."""
        return all(kind.is_settled(self._client) for kind in self._acknowledged)
