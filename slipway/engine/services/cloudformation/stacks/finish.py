"""The end of an operation: what was changed becomes the stack's last known stable state.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html (…_CLEANUP_IN_PROGRESS)
"""

from __future__ import annotations

from slipway.engine.services.cloudformation.service import templates
from slipway.engine.services.cloudformation.stacks import events, records
from slipway.engine.services.cloudformation.stacks.operation import Operation
from slipway.engine.services.cloudformation.stacks.removal import Removal

BEFORE = "/before"
_TRANSIENT = frozenset({"isNew", "isRemoved", "previous"})


def finish(operation: Operation, status: str, reason: str = "") -> None:
    """Forget how things were before the operation, and end it with `status`."""
    for record in operation.resources:
        if not record.keys().isdisjoint(_TRANSIENT):
            operation.resources.save({name: value for name, value in record.items() if name not in _TRANSIENT})
    records.change(operation.engine, operation.stack_id, before=None)
    templates(operation.engine).pop(operation.stack_id + BEFORE, None)
    end(operation, status, reason)


def end(operation: Operation, status: str, reason: str = "") -> None:
    """Tell the status in which an operation leaves its stack."""
    events.stack_status(operation.engine, operation.stack_id, status, reason)


def clean_up(operation: Operation, *, deletes_new: bool = False) -> None:
    """Delete what was replaced or removed. What cannot be deleted is told, and the operation is complete all the same.

    docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
    """
    for record in operation.resources.replaced():
        if not record["PhysicalResourceId"]:
            operation.resources.cleaned(record)
    removed = operation.resources.replaced()
    Removal(operation, operation.resources.note, deletes_new).run(removed)
    for record in removed:
        operation.resources.cleaned(record)
