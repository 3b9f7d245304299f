"""Resources of ours that an operation on a stack has made, on record as soon as they exist.

A stack's own record is saved a moment later, and names a resource only when it is complete. An engine that is killed in
between leaves resources which no stack knows of, and whose names are taken; the next engine deletes them, as
CloudFormation deletes a resource whose creation failed.
"""

from __future__ import annotations

from typing import Any

from slipway.engine.engine import current
from slipway.engine.mend.cloudformation import hooks
from slipway.engine.store import Record, Table


def apply() -> None:
    """An operation begins with an empty list: what the one before it made was saved long ago."""
    hooks.replace("_deploy_stack_async", _with_empty_list)
    hooks.replace("_delete_stack_async", _with_empty_list)


def note(resource_type: str, stack_name: str, logical_id: str, properties: dict[str, Any], physical_id: str) -> None:
    """Put a resource on the list."""
    _table()[f"{stack_name}/{logical_id}/{physical_id}"] = {
        "type": resource_type,
        "stack": stack_name,
        "logicalId": logical_id,
        "physicalId": physical_id,
        "properties": properties,
    }


def unknown(stack: dict[str, Any]) -> list[Record]:
    """What the last operation on a stack made and its record does not name, newest first."""
    known = {resource["PhysicalResourceId"] for resource in stack.get("_resources", {}).values()}
    made = [record for record in _table().values() if record["stack"] == stack["StackName"]]
    return [record for record in reversed(made) if record["physicalId"] not in known]


def _with_empty_list(original: Any) -> Any:
    async def operate(stack_name: str, *arguments: Any, **options: Any) -> None:
        table = _table()
        for key, record in list(table.items()):
            if record["stack"] == stack_name:
                del table[key]
        await original(stack_name, *arguments, **options)

    return operate


def _table() -> Table:
    return current().store("cloudformation").table("begun")
