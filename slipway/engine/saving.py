"""MiniStack's state follows onto the disk what it has in memory.

A request's own service is saved at once, which takes a few milliseconds, so that a killed engine has lost next to
nothing that it acknowledged. What the request changed in other services, and what stack operations did, follows within
a second: asking all fifty services takes some 40 ms, and a file is written only when it differs from the last one.
"""

from __future__ import annotations

import time

from slipway.engine import adapter
from slipway.engine.changes import EVERYTHING
from slipway.engine.engine import Engine
from slipway.engine.snapshots import Snapshots

LOOK_EVERY_SECONDS = 0.3
_PAUSE_SECONDS = 0.05
_REST_SECONDS = 1.0
# Between two saves of everything there is this many times what the first of them took.
_IDLE_SHARE = 4
_NEVER = float("inf")


class Saver:
    """Saves what an engine's services say has changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._snapshots = Snapshots(adapter.state_folder(engine.home))
        self._due = _NEVER
        self._not_before = 0.0

    def look(self) -> None:
        """Wait for a change, a moment at most, and save it."""
        until_due = max(0.0, self._due - time.monotonic())
        changed = self._engine.changes.take(min(LOOK_EVERY_SECONDS, until_due))
        now = time.monotonic()
        if changed:
            soon = now if EVERYTHING in changed else now + _REST_SECONDS
            self._due = min(self._due, max(soon, self._not_before))
        if now >= self._due:
            self._save_everything()
        elif changed:
            self._save(changed - {EVERYTHING})
        if changed:
            self._engine.stopping.wait(_PAUSE_SECONDS)

    def _save_everything(self) -> None:
        began, self._due = time.monotonic(), _NEVER
        self._save({EVERYTHING})
        now = time.monotonic()
        self._not_before = now + _IDLE_SHARE * (now - began)

    def _save(self, changed: set[str]) -> None:
        changes = self._engine.changes
        for service in changed:
            count = changes.count()
            if self._snapshots.save(adapter.states(service)):
                changes.saved(service, count)
            else:
                changes.note(service)
