"""Stack operations that the end of the engine interrupted end by name, in a state that can be left.

| interrupted in | becomes | and then |
| --- | --- | --- |
| CREATE_IN_PROGRESS | CREATE_FAILED | UpdateStack again, RollbackStack, DeleteStack |
| UPDATE_IN_PROGRESS | UPDATE_FAILED | UpdateStack again, RollbackStack |
| …CLEANUP_IN_PROGRESS | the cleanup goes on | |
| ROLLBACK_IN_PROGRESS | ROLLBACK_FAILED | DeleteStack |
| UPDATE_ROLLBACK_IN_PROGRESS | UPDATE_ROLLBACK_FAILED | ContinueUpdateRollback |
| DELETE_IN_PROGRESS | DELETE_FAILED | DeleteStack |

What such an operation was making and had not completed is deleted first, under the stack's authority.
"""

from __future__ import annotations

import logging

from slipway.engine.engine import Engine
from slipway.engine.person import person
from slipway.engine.resource import ResourceFailed
from slipway.engine.services.cloudformation.service import PRINCIPAL, SERVICE, stacks
from slipway.engine.services.cloudformation.stacks import events, records, update
from slipway.engine.services.cloudformation.stacks.authority import Authority
from slipway.engine.services.cloudformation.stacks.finish import clean_up, finish
from slipway.engine.services.cloudformation.stacks.operation import Operation, start
from slipway.engine.services.cloudformation.stacks.provision import place_of
from slipway.engine.services.cloudformation.types import operations
from slipway.engine.store import Record

logger = logging.getLogger("slipway")
REASON = "The engine restarted during the operation"
_UNDER_WAY = "_IN_PROGRESS"
_CLEANING_BACK = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"


@SERVICE.on_start
def settle(engine: Engine) -> None:
    """End every operation that was interrupted; not waited for."""
    interrupted = [one for one in stacks(engine).values() if one["StackStatus"].endswith(_UNDER_WAY)]
    if interrupted:
        engine.spawn("interrupted stacks", _settle_all, engine, interrupted)


def _settle_all(engine: Engine, interrupted: list[Record]) -> None:
    """Children before their parents, which wait for them; cleanups begin at their roots."""
    for record in sorted(interrupted, key=lambda one: "ParentId" not in one):
        # As it is now: the cleanup of a stack before it in this loop may have deleted it.
        status = stacks(engine)[record["StackId"]]["StackStatus"]
        # A nested stack's cleanup waits for its root's.
        waits = status == update.CLEANING and "ParentId" in record
        if not status.endswith(_UNDER_WAY) or status == records.REVIEW or waits:
            continue
        authority = Authority(person(engine).on_behalf(PRINCIPAL), record.get("RoleARN", ""))
        start(engine, record["StackId"], authority, _GOING_ON.get(status, _fail)).finished.wait()


def _clean_up_back(operation: Operation) -> None:
    clean_up(operation)
    finish(operation, "UPDATE_ROLLBACK_COMPLETE")


_GOING_ON = {update.CLEANING: update.complete, _CLEANING_BACK: _clean_up_back}


def _fail(operation: Operation) -> None:
    """End an operation by name, and the resources that it was working on."""
    for record in operation.resources:
        if record["ResourceStatus"].endswith(_UNDER_WAY):
            _settle_resource(operation, record)
    status = stacks(operation.engine)[operation.stack_id]["StackStatus"]
    events.stack_status(operation.engine, operation.stack_id, after(status), REASON)


def _settle_resource(operation: Operation, record: Record) -> None:
    failed = record["ResourceStatus"].replace(_UNDER_WAY, "_FAILED")
    if record["ResourceStatus"] == "CREATE_IN_PROGRESS" and record["PhysicalResourceId"]:
        logger.warning("removing %s, whose creation was interrupted", record["PhysicalResourceId"])
        try:
            place = place_of(operation, record)
            operations.delete(place, record["PhysicalResourceId"], record["properties"])
            record = {**record, "PhysicalResourceId": ""}
        except ResourceFailed as failure:
            logger.error("%s could not be removed: %s", record["PhysicalResourceId"], failure)
    operation.resources.tell(record, failed, REASON)


def after(status: str) -> str:
    """What becomes of a stack whose operation was interrupted."""
    return status.removesuffix(_UNDER_WAY) + "_FAILED"
