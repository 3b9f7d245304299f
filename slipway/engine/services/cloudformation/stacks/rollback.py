"""The ways back: of a creation, by deleting what was made; of an update, to what each resource was before.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html
"""

from __future__ import annotations

import threading
from collections.abc import Collection

from slipway.engine.resource import ResourceFailed
from slipway.engine.services.cloudformation.service import stacks, templates
from slipway.engine.services.cloudformation.stacks import events, records
from slipway.engine.services.cloudformation.stacks.finish import BEFORE, clean_up, end, finish
from slipway.engine.services.cloudformation.stacks.operation import Operation
from slipway.engine.services.cloudformation.stacks.outputs import export_outputs
from slipway.engine.services.cloudformation.stacks.provision import place_of
from slipway.engine.services.cloudformation.stacks.removal import Removal
from slipway.engine.services.cloudformation.stacks.resources import with_result
from slipway.engine.services.cloudformation.stacks.walk import walk
from slipway.engine.services.cloudformation.types import nested, operations
from slipway.engine.store import Record

_ROLLING_BACK = "UPDATE_ROLLBACK_IN_PROGRESS"
_CLEANING = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"


def roll_back_creation(operation: Operation, reason: str, *, deletes: bool = False) -> None:
    """Delete everything that was made; with `deletes` the stack too."""
    verb = "DELETE" if deletes else "ROLLBACK"
    events.stack_status(operation.engine, operation.stack_id, f"{verb}_IN_PROGRESS", reason)
    stack = stacks(operation.engine)[operation.stack_id]
    removal = Removal(operation, operation.resources.note, deletes_new=bool(stack.get("RetainExceptOnCreate")))
    failed = removal.run([record for record in operation.resources if operation.resources.present(_name(record))])
    export_outputs(operation.engine, operation.stack_id, ())
    if failed:
        named = ", ".join(sorted(key.partition("/")[0] for key in failed))
        end(operation, f"{verb}_FAILED", f"The following resource(s) failed to delete: [{named}].")
        return
    if deletes:
        records.release_name(operation.engine, stack)
    finish(operation, f"{verb}_COMPLETE", "" if deletes else reason)


def roll_back_update(operation: Operation, reason: str, skipped: Collection[str] = ()) -> None:
    """Put every resource back to what it was, the stack with them; `skipped` count as put back."""
    engine, stack_id = operation.engine, operation.stack_id
    operation.going_back.set()
    events.stack_status(engine, stack_id, _ROLLING_BACK, reason)
    changed = {_name(record): record for record in operation.resources if record.get("previous")}
    for logical_id in skipped:
        record = changed.pop(logical_id, None)
        if record is not None:
            operation.resources.tell(record["previous"], "UPDATE_COMPLETE")
    needs = {name: record["previous"]["dependencies"] for name, record in changed.items()}
    failed = walk(needs, lambda name: _put_back(operation, changed[name]), threading.Event(), to_the_end=True)
    if failed:
        end(operation, "UPDATE_ROLLBACK_FAILED", f"The following resource(s) failed to update: [{', '.join(failed)}].")
        return
    for record in operation.resources:
        if record.get("isNew"):
            operation.resources.discard(record)
    _restore(operation)
    events.stack_status(engine, stack_id, _CLEANING)
    deletes_new = bool(stacks(engine)[stack_id].get("RetainExceptOnCreate"))
    clean_up(operation, deletes_new=deletes_new)
    finish(operation, "UPDATE_ROLLBACK_COMPLETE", reason)


def _put_back(operation: Operation, record: Record) -> None:
    previous: Record = record["previous"]
    operation.resources.tell(record, "UPDATE_IN_PROGRESS")
    if previous["PhysicalResourceId"] != record["PhysicalResourceId"]:
        # The new one was made for this update alone, whatever its policies say about the one that it replaced.
        operation.resources.discard({**record, "DeletionPolicy": "Delete"})
        operation.resources.tell(previous, "UPDATE_COMPLETE")
        return
    try:
        if previous["ResourceType"] == events.STACK:
            nested.roll_back(operation, previous["PhysicalResourceId"])
            made = previous
        else:
            place = place_of(operation, record)
            done = operations.update(place, record["PhysicalResourceId"], record["properties"], previous["properties"])
            made = with_result(previous, done, record)
    except ResourceFailed as failure:
        operation.resources.tell(record, "UPDATE_FAILED", str(failure))
        raise
    operation.resources.tell(made, "UPDATE_COMPLETE")


def _restore(operation: Operation) -> None:
    """Make template, parameters, tags and outputs of the stack those that it had."""
    engine, stack_id = operation.engine, operation.stack_id
    before = stacks(engine)[stack_id].get("before", {})
    export_outputs(engine, stack_id, before.get("Outputs", ()))
    records.change(engine, stack_id, **before)
    text = templates(engine).get(stack_id + BEFORE)
    if text is not None:
        templates(engine)[stack_id] = text


def _name(record: Record) -> str:
    return str(record["LogicalResourceId"])
