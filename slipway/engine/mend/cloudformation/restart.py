"""Stack operations that the end of the engine interrupted end by name, in a state that can be left.

| interrupted in | becomes | and then |
| --- | --- | --- |
| CREATE_IN_PROGRESS | CREATE_FAILED | DeleteStack, RollbackStack |
| UPDATE_IN_PROGRESS | UPDATE_FAILED | UpdateStack again, RollbackStack |
| …CLEANUP_IN_PROGRESS | its COMPLETE | |
| ROLLBACK_IN_PROGRESS | ROLLBACK_FAILED | DeleteStack |
| UPDATE_ROLLBACK_IN_PROGRESS | UPDATE_ROLLBACK_FAILED | ContinueUpdateRollback |
| DELETE_IN_PROGRESS | DELETE_FAILED | DeleteStack |

Resources that such an operation had made and not yet put on its record are deleted first, under the stack's authority.
"""

from __future__ import annotations

import logging
from typing import Any

from slipway.engine import adapter
from slipway.engine.caller import Caller
from slipway.engine.engine import Engine
from slipway.engine.mend.cloudformation import begun, hooks
from slipway.engine.mend.cloudformation.authority import Authority, under
from slipway.engine.mend.cloudformation.place import at
from slipway.engine.mend.cloudformation.types import remove
from slipway.engine.resource import ResourceFailed

logger = logging.getLogger("slipway")
REASON = "The engine restarted during the operation"


def start(engine: Engine, person: Caller) -> None:
    """End every operation that was interrupted; called once the services serve, and not waited for."""
    interrupted = [record for record in hooks.stacks().values() if _after(str(record.get("StackStatus", "")))]
    if interrupted:
        engine.spawn("interrupted stacks", _settle_all, engine, person, interrupted)


def _settle_all(engine: Engine, person: Caller, interrupted: list[dict[str, Any]]) -> None:
    """Children before their parents, which wait for them."""
    with adapter.request_scope(engine.account, engine.region):
        for record in sorted(interrupted, key=lambda record: "ParentId" not in record):
            _remove_unknown(record, person)
            settle(record)


def _remove_unknown(stack: dict[str, Any], person: Caller) -> None:
    """Delete what no record names; what cannot be deleted is in the engine's log, and its name is taken."""
    with under(Authority(person, _role(stack))):
        for made in begun.unknown(stack):
            logger.warning("removing %s %s, whose creation was interrupted", made["type"], made["physicalId"])
            place = (made["stack"], made["logicalId"])
            try:
                with at(*place):
                    remove(made["type"], *place, made["properties"], made["physicalId"])
            except ResourceFailed as failure:
                logger.error("%s %s could not be removed: %s", made["type"], made["physicalId"], failure)


def _role(stack: dict[str, Any]) -> str:
    """The role that a stack retained; a nested stack acts under its root's."""
    root = hooks.stack(stack.get("RootId", stack["StackId"])) or stack
    return str(root.get("RoleARN", ""))


def settle(stack: dict[str, Any]) -> None:
    """End the operation that `stack` was in, if any."""
    after = _after(str(stack.get("StackStatus", "")))
    if not after:
        return
    stack["StackStatus"], stack["StackStatusReason"] = after, REASON
    name, identifier = stack["StackName"], stack["StackId"]
    hooks.module("stacks")._add_event(identifier, name, name, "AWS::CloudFormation::Stack", after, REASON, identifier)


def _after(status: str) -> str:
    if not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
        return ""
    operation = status.removesuffix("_IN_PROGRESS")
    if operation.endswith("_CLEANUP"):
        return operation.removesuffix("_CLEANUP")
    return f"{operation}_FAILED"
