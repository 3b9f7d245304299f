"""What MiniStack's services change outside of a call of their own follows onto the disk within a second.

A call's own service is saved before the call is answered (`acknowledge`).
"""

from __future__ import annotations

import logging
import time

from slipway.engine import adapter
from slipway.engine.changes import EVERYTHING
from slipway.engine.engine import Engine
from slipway.engine.executed import SERVED

LOOK_EVERY_SECONDS = 0.3
# Between two saves there is this many times what the first of them took.
_IDLE_SHARE = 20

logger = logging.getLogger("slipway")


class Saver:
    """Saves what an engine's services say has changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._not_before = 0.0

    def look(self) -> None:
        """Wait for a change, a moment at most, and save it."""
        if self._engine.changes.take(LOOK_EVERY_SECONDS):
            self._engine.stopping.wait(self._not_before - time.monotonic())
            began = time.monotonic()
            self.save()
            now = time.monotonic()
            self._not_before = now + _IDLE_SHARE * (now - began)

    def save(self) -> None:
        """Save every service's state that differs from what is on disk; what fails is tried again."""
        changes = self._engine.changes
        count = changes.count()
        try:
            for service in sorted({served.ministack for served in SERVED.values()}):
                self._engine.snapshots.save(adapter.states(service))
        except OSError as error:
            logger.error("a state was not saved, and will be tried again: %s", error)
            self._engine.stopping.wait(LOOK_EVERY_SECONDS)
            changes.note()
        else:
            changes.saved(EVERYTHING, count)
