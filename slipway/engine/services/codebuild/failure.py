"""How a phase of a build ends before its end.

PhaseFailed           FAILED, with AWS's status code and a message for the phase's context
├── BuildTimedOut     the build's own limit has passed
└── BuildStopped      somebody called StopBuild, or the engine ends
"""

from __future__ import annotations


class PhaseFailed(Exception):
    """The phase ends as FAILED; `code` is the status code of its context."""

    status = "FAILED"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class BuildTimedOut(PhaseFailed):
    """The phase and the build end as TIMED_OUT."""

    status = "TIMED_OUT"

    def __init__(self, minutes: float) -> None:
        super().__init__("BUILD_TIMED_OUT", f"Build has timed out after {minutes:g} minutes.")


class BuildStopped(PhaseFailed):
    """The phase and the build end as STOPPED."""

    status = "STOPPED"

    def __init__(self) -> None:
        super().__init__("BUILD_STOPPED", "Build was stopped.")
