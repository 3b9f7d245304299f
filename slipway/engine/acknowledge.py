"""What a caller is told, and when: MiniStack's services keep in memory the state that `Snapshots` write.

Our own services write before they answer; so does a call that changed something in MiniStack, which takes well under a
millisecond.
"""

from __future__ import annotations

import re

from slipway.engine import adapter
from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError

# After these MiniStack's state need not be saved: a message that was received and is not deleted comes again, and an
# event for a function has a place on disk of its own.
_READS = re.compile(r"(BatchGet|Describe|Filter|Get(?!SessionToken|FederationToken)|Head|Invoke|List|Receive)")


def saved(engine: Engine, service: str, operation: str, response: adapter.Response) -> None:
    """Write what a call changed in MiniStack's `service` before it is answered; InternalFailure when that fails."""
    if response[0] >= 400 or _READS.match(operation):
        return
    try:
        engine.snapshots.save(adapter.states(service))
    except OSError as error:
        reason = f"{operation} was carried out, but not written to disk: {error.strerror}"
        raise AwsError("InternalFailure", reason, status=500) from error
    # What else it changed, in other services, follows.
    engine.changes.note()
