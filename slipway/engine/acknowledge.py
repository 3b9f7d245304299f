"""What a caller is told, and when: MiniStack's services keep in memory what a `Saver` writes to disk.

Our own services write before they answer. After a call that changed something in MiniStack, its state is saved; that
something has ended is told only once it is on disk, since whoever acts on it writes that down at once.
"""

from __future__ import annotations

import asyncio
import re

from slipway.engine import adapter
from slipway.engine.changes import EVERYTHING
from slipway.engine.directory import Address
from slipway.engine.engine import Engine
from slipway.engine.executed import SERVED

# After these MiniStack's state need not be saved: a message that was received and is not deleted comes again.
_READS = re.compile(r"(BatchGet|Describe|Filter|Get(?!SessionToken|FederationToken)|Head|List|Receive)")

# Operations by which a caller waits for an end: the service to save, and what the answer holds before the end.
_ENDS = {"DescribeStacks": (EVERYTHING, "_IN_PROGRESS")}
_LONGEST_SAVE_SECONDS = 2.0


async def once_saved(engine: Engine, address: Address, response: adapter.Response) -> None:
    """Keep back that something has ended until that is on disk."""
    service, going_on = _ENDS.get(address.name, ("", ""))
    if going_on and going_on not in str(response[2]):
        await asyncio.to_thread(engine.changes.wait_until_saved, service, _LONGEST_SAVE_SECONDS)


def note(engine: Engine, address: Address, response: adapter.Response) -> None:
    """Say that a call has changed MiniStack's state."""
    served = SERVED.get(address.service)
    if served is not None and response[0] < 400 and not _READS.match(address.name):
        engine.changes.note(served.ministack)
