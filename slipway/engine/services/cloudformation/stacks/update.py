"""UpdateStack, carried out.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html
"""

from __future__ import annotations

from slipway.engine.resource import ResourceFailed
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.service import stacks
from slipway.engine.services.cloudformation.stacks import events
from slipway.engine.services.cloudformation.stacks.creation import reason_of
from slipway.engine.services.cloudformation.stacks.finish import clean_up, end, finish
from slipway.engine.services.cloudformation.stacks.operation import Operation
from slipway.engine.services.cloudformation.stacks.outputs import Imports, set_outputs
from slipway.engine.services.cloudformation.stacks.provision import Provision
from slipway.engine.services.cloudformation.stacks.rollback import roll_back_update
from slipway.engine.services.cloudformation.template.compiled import Compiled
from slipway.engine.services.cloudformation.types import nested

CLEANING = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"


def update(operation: Operation, compiled: Compiled, imports: Imports, *, keeps: bool) -> None:
    """Change everything; when something fails, roll back or, with `keeps`, stop where it is.

    A nested stack stops before its cleanup: its parent decides whether it is completed or rolled back.
    """
    before = {record["LogicalResourceId"]: record for record in operation.resources if not record.get("isNew")}
    stack = stacks(operation.engine)[operation.stack_id]
    failed = Provision(operation, compiled, stack["Tags"], keeps).run()
    reason = reason_of(before, failed)
    if not failed and not operation.cancelled.is_set():
        try:
            set_outputs(operation, compiled, imports.names)
            _mark_removed(operation, compiled)
            events.stack_status(operation.engine, operation.stack_id, CLEANING)
            if "ParentId" not in stack:
                complete(operation)
            return
        except (TemplateError, ResourceFailed) as error:
            reason = str(error)
    if operation.cancelled.is_set() and not failed:
        reason = "User Initiated"
    if keeps and not operation.cancelled.is_set():
        end(operation, "UPDATE_FAILED", reason)
    else:
        roll_back_update(operation, reason)


def complete(operation: Operation) -> None:
    """The cleanup of an update that succeeded, nested stacks first; it can be done again."""
    for child in nested.children(operation):
        nested.complete(operation, child)
    for record in operation.resources:
        previous = record.get("previous")
        if previous and previous["PhysicalResourceId"] != record["PhysicalResourceId"]:
            operation.resources.replace(previous)
        if record.get("isRemoved"):
            operation.resources.discard({name: value for name, value in record.items() if name != "previous"})
    clean_up(operation)
    finish(operation, "UPDATE_COMPLETE")


def _mark_removed(operation: Operation, compiled: Compiled) -> None:
    """Put on record which resources the template no longer has: the cleanup deletes them, a rollback keeps them."""
    for record in operation.resources:
        if record["LogicalResourceId"] not in compiled.resources:
            operation.resources.save({**record, "isRemoved": True})
