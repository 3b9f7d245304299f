"""A stack that rolls back says which resources failed.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.mend.cloudformation import hooks


def apply() -> None:
    """Give the rollback its reason, and take the last one's away when a new operation begins."""
    hooks.replace("_roll_back_operation", _with_reason)
    hooks.replace("_deploy_stack_async", _without_old_reason)


def _without_old_reason(original: Any) -> Any:
    async def deploy(stack_name: str, *arguments: Any, **options: Any) -> None:
        (hooks.stack(stack_name) or {})["StackStatusReason"] = ""
        await original(stack_name, *arguments, **options)

    return deploy


def _with_reason(original: Any) -> Any:
    async def roll_back(
        stack_name: str, stack_id: str, stack: dict[str, Any], operation: dict[str, Any], reason_override: str = ""
    ) -> None:
        failed, is_update = operation.get("failed_logical_id"), operation.get("is_update")
        reason = reason_override
        if failed and not reason:
            verb = "update" if is_update and operation.get("failed_update") else "create"
            reason = f"The following resource(s) failed to {verb}: [{failed}]. "
            reason += "" if is_update else "Rollback requested by user."
        stack["StackStatusReason"] = reason
        await original(stack_name, stack_id, stack, operation, reason)

    return roll_back
