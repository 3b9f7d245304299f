"""An operation under way: which stack, under whose rights, and how it is told to stop."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from slipway.engine.engine import Engine
from slipway.engine.resource import ResourceFailed
from slipway.engine.services.cloudformation.service import stacks
from slipway.engine.services.cloudformation.stacks import events
from slipway.engine.services.cloudformation.stacks.authority import Authority
from slipway.engine.services.cloudformation.stacks.resources import Resources

logger = logging.getLogger("slipway")


@dataclass(frozen=True)
class Operation:
    """What the parts of an operation share.

    `halted` is set when nothing new shall begin, because something failed or somebody cancelled it; `going_back` once
    all of that has ended, and resources are put back to what they were.
    """

    engine: Engine
    stack_id: str
    authority: Authority
    resources: Resources
    halted: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)
    going_back: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)

    @property
    def stack_name(self) -> str:
        """The stack's name."""
        return self.stack_id.split("/")[1]

    @property
    def gives_up(self) -> bool:
        """Whether what waits is to give up; what is put back is waited for."""
        return self.halted.is_set() and not self.going_back.is_set()

    def cancel(self) -> None:
        """Let nothing new begin, and what waits give up."""
        self.cancelled.set()
        self.halted.set()


class Cancelled(ResourceFailed):
    """Work on a resource was given up because its operation was halted."""


_running: dict[str, Operation] = {}


def running(stack_id: str) -> Operation | None:
    """The operation that is under way on a stack."""
    return _running.get(stack_id)


def start(engine: Engine, stack_id: str, authority: Authority, run: Callable[[Operation], None]) -> Operation:
    """Run an operation in a thread of its own."""
    operation = Operation(engine, stack_id, authority, Resources(engine, stack_id))
    _running[stack_id] = operation
    engine.spawn(f"stack {operation.stack_name}", _run, operation, run)
    return operation


def _run(operation: Operation, run: Callable[[Operation], None]) -> None:
    try:
        run(operation)
    except Exception as error:  # noqa: BLE001 - the thread's edge: a fault of ours ends the operation by name
        logger.error("the operation on %s failed\n%s", operation.stack_id, traceback.format_exc())
        status = str(stacks(operation.engine)[operation.stack_id]["StackStatus"])
        if status.endswith("_IN_PROGRESS"):
            failed = f"{status.removesuffix('_IN_PROGRESS').removesuffix('_COMPLETE_CLEANUP')}_FAILED"
            reason = f"Internal failure of the local engine: {type(error).__name__}: {error}"
            events.stack_status(operation.engine, operation.stack_id, failed, reason)
    finally:
        if _running.get(operation.stack_id) is operation:
            del _running[operation.stack_id]
        operation.finished.set()
