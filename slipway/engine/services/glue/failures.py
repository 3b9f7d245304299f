"""Why a job run ends otherwise than SUCCEEDED.

RunFailed      FAILED, with the ErrorMessage
RunStopped     STOPPED
RunTimedOut    TIMEOUT
"""

from __future__ import annotations

_LONGEST = 2000


class RunEnded(Exception):
    """A run ends in `state`; the text is its ErrorMessage."""

    state = "FAILED"

    @property
    def message(self) -> str:
        """The ErrorMessage, empty when there is none."""
        return str(self)[:_LONGEST]


class RunFailed(RunEnded):
    """The script failed, or could not be started."""


class RunStopped(RunEnded):
    """Somebody stopped it."""

    state = "STOPPED"


class RunTimedOut(RunEnded):
    """It took longer than its Timeout."""

    state = "TIMEOUT"
