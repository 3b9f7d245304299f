"""The four ends of an execution: SUCCEEDED, FAILED, ABORTED, TIMED_OUT.

docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
"""

from __future__ import annotations

import threading
import time

from slipway.engine.services.stepfunctions import events, metrics, records
from slipway.engine.services.stepfunctions.run import Run, running

_KINDS = {"SUCCEEDED": "Succeeded", "FAILED": "Failed", "ABORTED": "Aborted", "TIMED_OUT": "TimedOut"}
_ending = threading.Lock()


def end(run: Run, status: str, **outcome: str | None) -> None:
    """Write one of the ends, once."""
    record = run.record
    with _ending:
        if record["status"] != "RUNNING":
            return
        record.update({name: value for name, value in outcome.items() if value is not None})
        record.update(status=status, stopDate=records.now())
    run.history.add(f"Execution{_KINDS[status]}", **outcome)
    records.executions(run.engine, record["stateMachineArn"])[run.arn] = record
    if status == "SUCCEEDED":
        # Last: an engine that is killed before finds the end here, and runs nothing again.
        records.positions(run.engine, run.arn).clear()
    metrics.ended(run.engine, record)
    events.emit_status(run.engine, record)


def stop(execution_arn: str, status: str, error: str | None, cause: str | None) -> bool:
    """End a running execution from outside; whether there was one."""
    run = running(execution_arn)
    if run is None or run.record["status"] != "RUNNING":
        return False
    end(run, status, error=error, cause=cause)
    run.cancellation.cancel()
    return True


def limit(run: Run) -> threading.Timer:
    """The machine's own `TimeoutSeconds`, in real seconds: what it waits for runs in real time too.

    A redrive begins it anew; docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html.
    """
    seconds = run.definition.get("TimeoutSeconds", 0)
    since = records.moment(run.record.get("redriveDate") or run.record["startDate"])
    left = max(0.0, seconds - (time.time() - since.timestamp()))
    timer = threading.Timer(left, lambda: stop(run.arn, "TIMED_OUT", "States.Timeout", None))
    timer.daemon = True
    if seconds:
        timer.start()
    return timer
