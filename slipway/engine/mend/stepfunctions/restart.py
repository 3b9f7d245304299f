"""Executions that the end of the engine interrupted fail by name; nothing of them runs on."""

from __future__ import annotations

from typing import Any

from slipway.engine import adapter
from slipway.engine.mend.stepfunctions import ministack
from slipway.engine.mend.stepfunctions.history import History

ERROR = "States.Runtime"
CAUSE = "The engine restarted while the execution was running"


def apply() -> None:
    """Look at every execution once its state was loaded."""
    adapter.replace(ministack.MODULE, "_restore_state", _settling)


def _settling(original: Any) -> Any:
    def restore(data: Any) -> None:
        interrupted = _running(data)
        original(data)
        for record in ministack.executions():
            if record["executionArn"] in interrupted:
                record["error"], record["cause"] = ERROR, CAUSE
                History(record, lambda _event: None).add("ExecutionFailed", error=ERROR, cause=CAUSE)

    return restore


def _running(data: Any) -> set[str]:
    executions = (data or {}).get("executions")
    records = executions.all_values() if executions is not None else ()
    return {record["executionArn"] for record in records if record.get("status") == "RUNNING"}
