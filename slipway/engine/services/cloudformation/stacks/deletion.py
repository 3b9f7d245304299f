"""DeleteStack, carried out.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
"""

from __future__ import annotations

import time
from collections.abc import Collection

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.service import change_sets, stacks
from slipway.engine.services.cloudformation.stacks import events, records
from slipway.engine.services.cloudformation.stacks.finish import end, finish
from slipway.engine.services.cloudformation.stacks.operation import Operation
from slipway.engine.services.cloudformation.stacks.outputs import check_exports_unused, export_outputs
from slipway.engine.services.cloudformation.stacks.removal import Removal
from slipway.engine.store import Record

_SKIPPED = "DELETE_SKIPPED"


def delete(operation: Operation, before: str, retained: Collection[str] = (), *, force: bool = False) -> None:
    """Delete every resource but those `retained`; with `force`, what cannot be deleted is left behind.

    `before` is the status that the stack had: one whose exports are in use is left as it was.
    """
    engine, stack_id = operation.engine, operation.stack_id
    events.stack_status(engine, stack_id, "DELETE_IN_PROGRESS", "User Initiated")
    try:
        check_exports_unused(engine, stack_id)
    except TemplateError as error:
        end(operation, before, error.message)
        return
    failed = Removal(operation, operation.resources.note).run(_everything(operation, retained))
    if failed and not force:
        named = ", ".join(sorted({key.partition("/")[0] for key in failed}))
        end(operation, "DELETE_FAILED", f"The following resource(s) failed to delete: [{named}].")
        return
    _forget(operation)


def _everything(operation: Operation, retained: Collection[str]) -> list[Record]:
    """What there is to delete: also what an operation that failed had replaced, and what its cleanup had to do."""
    found: list[Record] = []
    for record in operation.resources:
        if record["LogicalResourceId"] in retained:
            operation.resources.tell(record, _SKIPPED)
            continue
        if operation.resources.present(record["LogicalResourceId"]) and record["ResourceStatus"] != _SKIPPED:
            found.append({name: value for name, value in record.items() if name != "previous"})
        previous = record.get("previous")
        if previous and previous["PhysicalResourceId"] != record["PhysicalResourceId"]:
            found.append(previous)
    return [*found, *operation.resources.replaced()]


def _forget(operation: Operation) -> None:
    engine, stack_id = operation.engine, operation.stack_id
    export_outputs(engine, stack_id, ())
    for record in operation.resources.replaced():
        operation.resources.cleaned(record)
    for change_set_id, change_set in list(change_sets(engine).items()):
        if change_set["StackId"] == stack_id:
            del change_sets(engine)[change_set_id]
    records.change(engine, stack_id, DeletionTime=time.time())
    records.release_name(engine, stacks(engine)[stack_id])
    finish(operation, records.DELETED)
