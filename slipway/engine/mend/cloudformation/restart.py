"""Stack operations that the end of the engine interrupted end by name, in a state that can be left.

| interrupted in | becomes | and then |
| --- | --- | --- |
| CREATE_IN_PROGRESS | CREATE_FAILED | DeleteStack, RollbackStack |
| UPDATE_IN_PROGRESS | UPDATE_FAILED | UpdateStack again, RollbackStack |
| …CLEANUP_IN_PROGRESS | its COMPLETE | |
| ROLLBACK_IN_PROGRESS | ROLLBACK_FAILED | DeleteStack |
| UPDATE_ROLLBACK_IN_PROGRESS | UPDATE_ROLLBACK_FAILED | ContinueUpdateRollback |
| DELETE_IN_PROGRESS | DELETE_FAILED | DeleteStack |
"""

from __future__ import annotations

from typing import Any

from slipway.engine import adapter
from slipway.engine.mend.cloudformation import hooks

REASON = "The engine restarted during the operation"


def apply() -> None:
    """Look at every stack once its state was loaded."""
    adapter.replace(hooks.PACKAGE, "_restore_state", _settling)


def _settling(original: Any) -> Any:
    def restore(data: Any) -> None:
        original(data)
        for record in list(hooks.stacks()._data.values()):
            settle(record)

    return restore


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
