"""What a caller is told, and when: MiniStack's services keep in memory the state that `Snapshots` write.

Our own services write before they answer; so does a call that changed something in MiniStack. A write takes longer the
more a service holds, so calls that come together wait for one write together.
"""

from __future__ import annotations

import asyncio
import re
import time

from slipway.engine import adapter
from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError

# After these MiniStack's state need not be saved: a message that was received and is not deleted comes again, and an
# event for a function has a place on disk of its own.
_READS = re.compile(r"(BatchGet|Describe|Filter|Get(?!SessionToken|FederationToken)|Head|Invoke|List|Receive)")
# Between two writes there is this many times what the first of them took: many calls at once share writes.
_IDLE_SHARE = 2


class Acknowledgement:
    """Of the calls to one of MiniStack's services; it lives on the event loop, as MiniStack does."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._next: asyncio.Task[None] | None = None
        self._not_before = 0.0

    async def of(self, engine: Engine, operation: str, response: adapter.Response) -> None:
        """Return once what a call changed is on disk; InternalFailure when that fails."""
        if response[0] >= 400 or _READS.match(operation):
            return
        if self._next is None:
            self._next = asyncio.create_task(self._write(engine))
        try:
            await asyncio.shield(self._next)
        except OSError as error:
            reason = f"{operation} was carried out, but not written to disk: {error.strerror}"
            raise AwsError("InternalFailure", reason, status=500) from error
        # What else it changed, in other services, follows.
        engine.changes.note()

    async def _write(self, engine: Engine) -> None:
        # Calls that come in the meantime are served first and written with this one.
        await asyncio.sleep(max(0.0, self._not_before - time.monotonic()))
        self._next = None  # what is served from here on is not in this write
        began = time.monotonic()
        engine.snapshots.save(adapter.states(self._service))
        now = time.monotonic()
        self._not_before = now + _IDLE_SHARE * (now - began)
