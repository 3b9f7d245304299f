"""`awsglue.job.Job`: with bookmarks disabled, which is all that the engine executes, neither call does anything.

docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html
"""

from __future__ import annotations

from typing import Any


class Job:
    """A run's bookmarks."""

    def __init__(self, glue_context: Any) -> None:
        self.glue_context = glue_context

    def init(self, job_name: str, args: Any = None) -> None:
        """Begin; nothing to take up."""

    def commit(self) -> None:
        """End; nothing to remember."""

    def isInitialized(self) -> bool:  # noqa: N802 - Glue's own name
        """Whether bookmarks are there."""
        return False
