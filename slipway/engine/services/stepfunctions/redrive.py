"""RedriveExecution: an execution that did not succeed goes on from the states in which it failed.

docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

from __future__ import annotations

from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Params
from slipway.engine.services.stepfunctions import interpreter, records, views
from slipway.engine.services.stepfunctions.history import MOST_EVENTS
from slipway.engine.services.stepfunctions.position import Position
from slipway.engine.services.stepfunctions.records import SERVICE, execution_of, moment
from slipway.engine.services.stepfunctions.run import running
from slipway.engine.store import Record

# "A given execution supports up to 1,000 redrives." / "… fewer than 24,999 events"
_MOST_REDRIVES = 1000
_LAST_THINGS_SECONDS = 5.0


@SERVICE.operation("RedriveExecution", resource=lambda call: str(call.params["executionArn"]))
def redrive_execution(call: Call) -> Params:
    """Go on with the input, the definition and the history that the execution had; with fresh retries."""
    engine, arn = call.engine, call.params["executionArn"]
    existing = execution_of(engine, arn)
    _check(existing, len(records.history(engine, arn)))
    ending = running(arn)
    if ending is not None:
        ending.over.wait(_LAST_THINGS_SECONDS)
    record = records.executions(engine, existing["stateMachineArn"]).change(arn, _redriven)
    Position.load(records.positions(engine, arn)).forget_calls()
    interpreter.begin(engine, record, "ExecutionRedriven", redriveCount=record["redriveCount"])
    return {"redriveDate": moment(record["redriveDate"])}


def _check(record: Record, events: int) -> None:
    status, reason = views.redrive_status(record)
    if status == "REDRIVABLE" and events >= MOST_EVENTS - 1:
        reason = f"Execution has {events} events and cannot be redriven"
    if status == "REDRIVABLE" and record["redriveCount"] >= _MOST_REDRIVES:
        reason = f"Execution was redriven {_MOST_REDRIVES} times and cannot be redriven"
    if reason:
        raise AwsError("ExecutionNotRedrivable", reason)


def _redriven(record: Record) -> None:
    if record["status"] == "RUNNING":
        raise AwsError("ExecutionNotRedrivable", "Execution is RUNNING and cannot be redriven")
    for name in ("stopDate", "error", "cause"):
        record.pop(name, None)
    record.update(status="RUNNING", redriveCount=record["redriveCount"] + 1, redriveDate=records.now())
