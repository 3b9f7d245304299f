"""Runs an execution: from state to state, with Retry and Catch, to one of its four ends.

docs.aws.amazon.com/step-functions/latest/dg/concepts-statemachines.html
"""

from __future__ import annotations

import json
import logging
import traceback
from functools import partial
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.integrations.task import TaskCancelled, TaskFailed
from slipway.engine.services.stepfunctions import branches, ending, events, logs, metrics, records, states
from slipway.engine.services.stepfunctions.history import History
from slipway.engine.services.stepfunctions.language import dataflow
from slipway.engine.services.stepfunctions.position import Position
from slipway.engine.services.stepfunctions.retry import Retries, catcher
from slipway.engine.services.stepfunctions.run import Run, ended, limited, started
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
    timer = ending.limit(run)
    try:
        _to_the_end(run)
    finally:
        timer.cancel()
        ended(run)
        log.close()


def _to_the_end(run: Run) -> None:
    definition, context = run.definition, _context(run)
    position = Position.load(records.positions(run.engine, run.arn))
    try:
        output = _walk(run, definition, context["Execution"]["Input"], context, position)
        ending.end(run, "SUCCEEDED", output=limited("execution", "output", output))
    except TaskCancelled:
        return  # whoever cancelled it has written the end, or the next engine goes on
    except TaskFailed as failure:
        ending.end(run, "FAILED", error=failure.error or None, cause=failure.cause or None)
    except Exception as error:  # noqa: BLE001 - the thread's edge: a fault of ours ends the execution by name
        if run.engine.stopping.is_set():
            return
        logger.error("execution %s failed\n%s", run.arn, traceback.format_exc())
        ending.end(run, "FAILED", error="States.Runtime", cause=f"{type(error).__name__}: {error}")


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
