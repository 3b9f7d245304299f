"""The words in which integrations are written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slipway.engine.caller import Caller


class TaskFailed(Exception):
    """A task's failure: the error name that Retry and Catch match, and its cause."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


class TaskCancelled(Exception):
    """Nobody waits for the task any more; an integration that started something stops it and lets this pass."""


@dataclass(frozen=True)
class TaskCall:
    """One attempt of a Task state.

    `caller` is the state machine's role; `submitted` tells the history that a job was started, with what the service
    answered; `earlier` is that answer when an engine before this one has started the job.
    """

    caller: Caller
    arguments: dict[str, Any]
    execution_arn: str
    submitted: Callable[[Any], None] = lambda _answer: None
    cancelled: threading.Event = field(default_factory=threading.Event)
    earlier: Any = None

    def pause(self, seconds: float) -> None:
        """Wait for real seconds; TaskCancelled as soon as nobody waits any more."""
        if self.cancelled.wait(seconds):
            raise TaskCancelled


@dataclass(frozen=True)
class Integration:
    """What a resource does. `managed_rule` is the EventBridge rule through which AWS learns that its job has ended."""

    run: Callable[[TaskCall], Any]
    managed_rule: str = ""
    accepts: Callable[[str], bool] = lambda _argument: True
