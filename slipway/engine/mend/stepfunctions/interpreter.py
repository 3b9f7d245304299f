"""Runs an execution: from state to state, with Retry and Catch, to one of its four ends.

It stands in for MiniStack's loop, and takes the two query languages from it. What MiniStack's loop lacks is here: the
machine's role, time limits, stopping, the payload quota, variables of branches, the whole history, logs.
"""

from __future__ import annotations

import json
import logging
import threading
import traceback
from datetime import UTC, datetime
from functools import partial
from typing import Any

from slipway.engine.engine import current
from slipway.engine.integrations.task import TaskCancelled, TaskFailed
from slipway.engine.mend.stepfunctions import branches, events, logs, ministack, states
from slipway.engine.mend.stepfunctions.history import History
from slipway.engine.mend.stepfunctions.ministack import Context, Record
from slipway.engine.mend.stepfunctions.retry import Retries, catcher
from slipway.engine.mend.stepfunctions.run import Run, ended, limited, running, started
from slipway.engine.mend.stepfunctions.states import Moved, assign, is_jsonata

logger = logging.getLogger("slipway")


def run_execution(execution_arn: str) -> None:
    """Run one execution to its end, in the thread that StartExecution made for it."""
    record = ministack.execution(execution_arn)
    machine = ministack.machine(record["stateMachineArn"]) if record else None
    if record is None or machine is None:
        return
    log = logs.open_log(machine, record)
    run = Run(record, machine, json.loads(machine["definition"]), History(record, partial(_told, log)))
    log.write(record["events"][0])
    started(run)
    timer = _limit(run)
    try:
        _to_the_end(run)
    finally:
        timer.cancel()
        ended(run)
        log.close()
        current().changes.note("states")


def _told(log: logs.ExecutionLog, event: dict[str, Any]) -> None:
    """Every event goes to the log, and is worth saving: it is how a person finds out how far an execution came."""
    log.write(event)
    current().changes.note("states")


def stop(execution_arn: str, status: str, error: str | None, cause: str | None) -> bool:
    """End a running execution from outside; whether there was one."""
    run = running(execution_arn)
    if run is None or run.record["status"] != "RUNNING":
        return False
    _end(run, status, error=error, cause=cause)
    run.cancellation.cancel()
    return True


def _limit(run: Run) -> threading.Timer:
    """The machine's own `TimeoutSeconds`, in real seconds: what it waits for runs in real time too."""
    seconds = run.definition.get("TimeoutSeconds", 0)
    timer = threading.Timer(seconds or 1, lambda: stop(run.arn, "TIMED_OUT", "States.Timeout", None))
    timer.daemon = True
    if seconds:
        timer.start()
    return timer


def _to_the_end(run: Run) -> None:
    context = _context(run)
    try:
        output = _walk(run, run.definition["States"], run.definition["StartAt"], context["Execution"]["Input"], context)
        _end(run, "SUCCEEDED", output=json.dumps(output))
    except TaskCancelled:
        return  # whoever cancelled it has written the end
    except TaskFailed as failure:
        _end(run, "FAILED", error=failure.error, cause=failure.cause)
    except Exception as error:  # noqa: BLE001 - the thread's edge: a fault of ours ends the execution by name
        logger.error("execution %s failed\n%s", run.arn, traceback.format_exc())
        _end(run, "FAILED", error="States.Runtime", cause=f"{type(error).__name__}: {error}")


def _context(run: Run) -> Context:
    """The context object: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html."""
    return {
        "QueryLanguage": run.definition.get("QueryLanguage", "JSONPath"),
        "Execution": {
            "Id": run.arn,
            "Input": json.loads(run.record["input"]),
            "Name": run.record["name"],
            "RoleArn": run.machine["roleArn"],
            "StartTime": run.record["startDate"],
            "RedriveCount": 0,
        },
        "StateMachine": {"Id": run.record["stateMachineArn"], "Name": run.machine["name"]},
        "variables": {},
    }


def _walk(run: Run, inside: Record, first: str, state_input: Any, context: Context) -> Any:
    """Go from state to state until one ends; its output."""
    name: str | None = first
    while name is not None:
        run.check_not_cancelled()
        state = inside[name]
        context["State"] = {"Name": name, "EnteredTime": _now(), "RetryCount": 0}
        kind = state["Type"]
        details = {"name": name, "inputDetails": {"truncated": False}}
        run.history.add(f"{kind}StateEntered", input=limited(name, "input", state_input), **details)
        output, following = _with_retry_and_catch(run, state, state_input, context)
        exited = limited(name, "output", output)
        if kind != "Fail":
            run.history.add(f"{kind}StateExited", name=name, output=exited, outputDetails={"truncated": False})
        state_input, name = output, following
    return state_input


def _with_retry_and_catch(run: Run, state: Record, state_input: Any, context: Context) -> Moved:
    retries, entered = Retries(state), context["State"]
    while True:
        # A branch leaves its own State in the context; every attempt starts from this state's, with its count.
        context["State"] = {**entered, "RetryCount": retries.count}
        try:
            return _STATES[state["Type"]](run, state, state_input, context)
        except TaskFailed as failure:
            context["State"] = {**entered, "RetryCount": retries.count}
            delay = retries.delay(failure)
            if delay is None:
                return _caught(state, state_input, context, failure)
            run.pause(current().clock.real(delay))


def _caught(state: Record, state_input: Any, context: Context, failure: TaskFailed) -> Moved:
    found = catcher(state, failure)
    if found is None:
        raise failure
    error = {"Error": failure.error, "Cause": failure.cause}
    if not is_jsonata(state, context):
        return ministack.place_error(found, state_input, error), str(found["Next"])
    output = ministack.evaluate(found["Output"], state_input, context, None, error) if "Output" in found else error
    assign(found, state_input, context, error=error)
    return output, str(found["Next"])


def _end(run: Run, status: str, **outcome: str | None) -> None:
    """Write one of the ends, once: SUCCEEDED, FAILED, ABORTED or TIMED_OUT."""
    record = run.record
    with _ending:
        if record["status"] != "RUNNING":
            return
        record["status"], record["stopDate"] = status, _now()
        record.update({name: value for name, value in outcome.items() if value is not None})
    kind = {"SUCCEEDED": "Succeeded", "FAILED": "Failed", "ABORTED": "Aborted", "TIMED_OUT": "TimedOut"}[status]
    run.history.add(f"Execution{kind}", **outcome)
    events.emit_status(current(), record)


_ending = threading.Lock()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


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
