"""Executions that the engine's end interrupted go on.

On AWS nothing interrupts them. So a Wait waits for the rest of its time, a task that waits for a token or for a job
waits on, and states without a call are run again. Only a call that was being made, and whose answer nobody got, ends
its execution by name: it may have been made, and must not be made twice. RedriveExecution takes it up.
"""

from __future__ import annotations

from slipway.engine.engine import Engine
from slipway.engine.services.stepfunctions import interpreter, records
from slipway.engine.services.stepfunctions.records import SERVICE


@SERVICE.on_start
def go_on(engine: Engine) -> None:
    """Take up every execution that runs, and finish deleting machines."""
    for arn, machine in records.machines(engine).records():
        table = records.executions(engine, arn)
        for execution_arn, record in table.records():
            if machine["status"] == "DELETING":
                records.forget(engine, execution_arn)
            elif record["status"] == "RUNNING":
                interpreter.begin(engine, record, "")
        if machine["status"] == "DELETING":
            del records.machines(engine)[arn]
