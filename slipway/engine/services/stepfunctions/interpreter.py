"""Runs an execution: from state to state, with Retry and Catch, to one of its four ends.

docs.aws.amazon.com/step-functions/latest/dg/concepts-statemachines.html
"""

from __future__ import annotations

import json
import logging
import threading
import time
import traceback
from functools import partial
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.integrations.task import TaskCancelled, TaskFailed
from slipway.engine.services.stepfunctions import branches, events, logs, metrics, records, states
from slipway.engine.services.stepfunctions.history import History
from slipway.engine.services.stepfunctions.language import dataflow
from slipway.engine.services.stepfunctions.position import Position
from slipway.engine.services.stepfunctions.retry import Retries, catcher
from slipway.engine.services.stepfunctions.run import Run, ended, limited, running, started
from slipway.engine.services.stepfunctions.states import Moved, Visit
from slipway.engine.store import Record

logger = logging.getLogger("slipway")
# Errors of the state machine's own, in whose cause AWS says where they happened.
_OWN = frozenset(
    {
        "States.IntrinsicFailure",
        "States.ParameterPathFailure",
        "States.QueryEvaluationError",
        "States.ResultPathMatchFailure",
        "States.Runtime",
    }
)
_ending = threading.Lock()


def begin(engine: Engine, record: Record, kind: str, **details: Any) -> None:
    """Start an execution, or go on with it, in a thread of its own; `kind` names the event that says so."""
    machine = records.snapshots(engine)[record["executionArn"]]
    log = logs.open_log(engine, machine, record)
    run = Run(engine, record, machine, History(records.history(engine, record["executionArn"]), log.write))
    started(run)
    if kind:
        run.history.add(kind, **details)
        metrics.began(engine, record)
    engine.spawn(f"execution {record['name']}", _run, run, log)


def _run(run: Run, log: logs.ExecutionLog) -> None:
    run.history.follow()
    events.emit_status(run.engine, run.record)
    timer = _limit(run)
    try:
        _to_the_end(run)
    finally:
        timer.cancel()
        ended(run)
        log.close()


def stop(execution_arn: str, status: str, error: str | None, cause: str | None) -> bool:
    """End a running execution from outside; whether there was one."""
    run = running(execution_arn)
    if run is None or run.record["status"] != "RUNNING":
        return False
    _end(run, status, error=error, cause=cause)
    run.cancellation.cancel()
    return True


def _limit(run: Run) -> threading.Timer:
    """The machine's own `TimeoutSeconds`, in real seconds: what it waits for runs in real time too.

    A redrive begins it anew; docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html.
    """
    seconds = _definition(run).get("TimeoutSeconds", 0)
    since = records.moment(run.record.get("redriveDate") or run.record["startDate"])
    left = max(0.0, seconds - (time.time() - since.timestamp()))
    timer = threading.Timer(left, lambda: stop(run.arn, "TIMED_OUT", "States.Timeout", None))
    timer.daemon = True
    if seconds:
        timer.start()
    return timer


def _definition(run: Run) -> Record:
    found: Record = json.loads(run.machine["definition"])
    return found


def _to_the_end(run: Run) -> None:
    definition, context = _definition(run), _context(run)
    position = Position.load(records.positions(run.engine, run.arn))
    try:
        output = _walk(run, definition, context["Execution"]["Input"], context, position)
        _end(run, "SUCCEEDED", output=limited("execution", "output", output))
    except TaskCancelled:
        return  # whoever cancelled it has written the end, or the next engine goes on
    except TaskFailed as failure:
        _end(run, "FAILED", error=failure.error or None, cause=failure.cause or None)
    except Exception as error:  # noqa: BLE001 - the thread's edge: a fault of ours ends the execution by name
        if run.engine.stopping.is_set():
            return
        logger.error("execution %s failed\n%s", run.arn, traceback.format_exc())
        _end(run, "FAILED", error="States.Runtime", cause=f"{type(error).__name__}: {error}")


def _context(run: Run) -> dataflow.Context:
    """The context object: docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html."""
    redriven = {"RedriveTime": run.record["redriveDate"]} if "redriveDate" in run.record else {}
    return {
        "QueryLanguage": "JSONPath",
        "Execution": {
            "Id": run.arn,
            "Input": json.loads(run.record["input"]),
            "Name": run.record["name"],
            "RoleArn": run.machine["roleArn"],
            "StartTime": run.record["startDate"],
            "RedriveCount": run.record["redriveCount"],
            **redriven,
        },
        "StateMachine": {"Id": run.record["stateMachineArn"], "Name": run.machine["name"]},
        "variables": {},
        "assigned": {},
    }


def _walk(run: Run, machine: Record, state_input: Any, context: dataflow.Context, position: Position) -> Any:
    """Go from state to state until one ends; its output. A position that was left there is where it goes on."""
    if "output" in position.place:
        return position.place["output"]
    context["QueryLanguage"] = machine.get("QueryLanguage") or context["QueryLanguage"]
    name: str | None = machine["StartAt"]
    if "state" in position.place:
        name, state_input = position.place["state"], position.place["input"]
        context["variables"] = dict(position.place["variables"])
    elif name is not None:
        _enter(run, machine, name, state_input, context, position)
    while name is not None:
        run.check_not_cancelled()
        visit = Visit(run, name, machine["States"][name], state_input, context, position)
        state_input, name = _visit(visit)
        if name is not None:
            _enter(run, machine, name, state_input, context, position)
    position.finish(state_input)
    return state_input


def _enter(
    run: Run, machine: Record, name: str, state_input: Any, context: dataflow.Context, position: Position
) -> None:
    text = limited(name, "input", state_input)
    kind = machine["States"][name]["Type"]
    entered = run.history.add(f"{kind}StateEntered", name=name, input=text, inputDetails={"truncated": False})
    position.enter(name, state_input, context["variables"])
    position.note(event=entered)


def _visit(visit: Visit) -> Moved:
    """One state, from its entry to its exit."""
    output, following = _with_retry_and_catch(visit)
    text = limited(visit.name, "output", output)
    if visit.state["Type"] != "Fail":
        assigned = {name: json.dumps(value) for name, value in visit.context["assigned"].items()}
        variables = {"assignedVariables": assigned, "assignedVariablesDetails": {"truncated": False}}
        visit.run.history.add(
            f"{visit.state['Type']}StateExited",
            name=visit.name,
            output=text,
            outputDetails={"truncated": False},
            **(variables if assigned else {}),
        )
    return output, following


def _with_retry_and_catch(visit: Visit) -> Moved:
    retries = Retries(visit.state, visit.position.place.get("retries"))
    while True:
        # A branch leaves its own State in the context; every attempt starts from this state's, with its count.
        entered = {"Name": visit.name, "EnteredTime": visit.position.place["entered"], "RetryCount": retries.count}
        visit.context.update(State=entered, assigned={})
        try:
            return _STATES[visit.state["Type"]](visit)
        except TaskFailed as failed:
            if visit.run.engine.stopping.is_set():
                raise TaskCancelled from failed  # the call failed because the engine ends; the next one goes on here
            failure = _told(visit, failed)
            visit.context.update(State=entered, assigned={})
            delay = retries.delay(failure)
            if delay is None:
                return _caught(visit, failure)
            visit.position.restart_branches()
            visit.position.note(retries=retries.used, call=None, begun=None)
            visit.run.pause(visit.run.engine.clock.real(delay))


def _told(visit: Visit, failure: TaskFailed) -> TaskFailed:
    """The failure with the place in its cause, when it is one of the state machine's own."""
    where = f"An error occurred while executing the state '{visit.name}' (entered at the event id #"
    if failure.error not in _OWN or failure.cause.startswith("An error occurred while executing the state '"):
        return failure
    placed = TaskFailed(failure.error, f"{where}{visit.position.place['event']}). {failure.cause}")
    if failure.error == "States.QueryEvaluationError":
        visit.run.history.add("EvaluationFailed", error=placed.error, cause=placed.cause, state=visit.name)
    return placed


def _caught(visit: Visit, failure: TaskFailed) -> Moved:
    found = catcher(visit.state, failure)
    if found is None:
        raise failure
    error = {"Error": failure.error, "Cause": failure.cause}
    return dataflow.caught(visit.state, found, visit.state_input, error, visit.context), str(found["Next"])


def _end(run: Run, status: str, **outcome: str | None) -> None:
    """Write one of the ends, once: SUCCEEDED, FAILED, ABORTED or TIMED_OUT."""
    record = run.record
    with _ending:
        if record["status"] != "RUNNING":
            return
        record.update({name: value for name, value in outcome.items() if value is not None})
        record.update(status=status, stopDate=records.now())
    if status == "SUCCEEDED":
        records.positions(run.engine, run.arn).clear()
    kind = {"SUCCEEDED": "Succeeded", "FAILED": "Failed", "ABORTED": "Aborted", "TIMED_OUT": "TimedOut"}[status]
    run.history.add(f"Execution{kind}", **outcome)
    records.executions(run.engine, record["stateMachineArn"])[run.arn] = record
    metrics.ended(run.engine, record)
    events.emit_status(run.engine, record)


_STATES: dict[str, states.State] = {
    "Choice": states.choice,
    "Fail": states.fail,
    "Map": partial(branches.map_, _walk),
    "Parallel": partial(branches.parallel, _walk),
    "Pass": states.pass_,
    "Succeed": states.succeed,
    "Task": states.task,
    "Wait": states.wait,
}
