"""What moves a workflow's run on: a trigger fires once its conditions are met, and its jobs start.

Everything that was decided is in the run's record before it is done, and `advance` may be called at any time: so a run
goes on in the next engine from where it was. The jobs that were under way when the engine ended have failed, by name.
docs.aws.amazon.com/glue/latest/dg/workflows_overview.html
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from slipway.engine.errors import AwsError
from slipway.engine.services.glue import arguments, running, triggers
from slipway.engine.services.glue.graph import waited_for
from slipway.engine.services.glue.service import SERVICE, now, table
from slipway.engine.services.glue.trigger_check import ON_DEMAND
from slipway.engine.services.glue.workflow_records import ACTIVE, TABLE, job_runs

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.store import Record

_advancing = threading.RLock()


def advance(engine: Engine, run_id: str) -> None:
    """Fire what can fire now, and end the run when nothing goes on."""
    with _advancing:
        record = table(engine, TABLE)[run_id]
        if record["Status"] not in ACTIVE:
            return
        if record["Status"] == "RUNNING":
            _fire(engine, record)
        if all(_is_over(run) for run in job_runs(engine, run_id)):
            status = "COMPLETED" if record["Status"] == "RUNNING" else "STOPPED"
            table(engine, TABLE).change(run_id, lambda found: found.update(Status=status, CompletedOn=now()))


def _fire(engine: Engine, record: Record) -> None:
    """Every trigger whose conditions are met, and those that an action which cannot be started sets off in turn."""
    going_on = True
    while going_on:
        runs = job_runs(engine, record["WorkflowRunId"])
        due = [trigger["Name"] for trigger in record["_triggers"] if _is_due(record, trigger, runs)]
        record["_fired"] += due
        if due:
            table(engine, TABLE).change(record["WorkflowRunId"], partial(_note, record["_fired"]))
        fired = [trigger for trigger in record["_triggers"] if trigger["Name"] in record["_fired"]]
        going_on = any(_start(engine, record, trigger) for trigger in fired)


def _note(fired: list[str], record: Record) -> None:
    record["_fired"] = list(fired)


def _is_due(record: Record, trigger: Mapping[str, Any], runs: Sequence[Record]) -> bool:
    if trigger["Name"] in record["_fired"]:
        return False
    return trigger["Type"] == ON_DEMAND or (trigger["State"] == "ACTIVATED" and is_met(trigger["Predicate"], runs))


def is_met(predicate: Mapping[str, Any], runs: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a predicate holds of the last runs of its jobs; a run that is tried again has not ended yet."""
    last = {run["JobName"]: run for run in runs}
    met = [
        job in last and _is_over(last[job]) and last[job]["JobRunState"] == condition["State"]
        for condition in predicate["Conditions"]
        for job in [condition["JobName"]]
    ]
    return any(met) if predicate.get("Logical") == "ANY" else all(met)


def _is_over(run: Mapping[str, Any]) -> bool:
    """Whether a run has ended and is not tried again."""
    return run["JobRunState"] in running.ENDED and not run.get("_again")


def _start(engine: Engine, record: Record, trigger: Record) -> bool:
    """The jobs of a trigger that has fired, unless they were started; whether any was."""
    runs = job_runs(engine, record["WorkflowRunId"])
    started = {run["JobName"] for run in runs if run.get("TriggerName") == trigger["Name"]}
    before = [{"JobName": run["JobName"], "RunId": run["Id"]} for run in runs if run["JobName"] in waited_for(trigger)]
    within = {"name": record["Name"], "run": record["WorkflowRunId"]}
    missing = [action for action in trigger["Actions"] if action["JobName"] not in started]
    for action in missing:
        begin = triggers.begin(trigger, action, within, before)
        try:
            job = table(engine, "job").get(begin.job, {})
            arguments.check("StartJobRun", arguments.merged(job, begin.arguments))
            running.start(engine, begin)
        except AwsError as error:
            running.failed_to_start(engine, begin, f"{error.code}: {error.message}")
    return bool(missing)


def _go_on(engine: Engine, run: Record) -> None:
    """A job's run has ended: the workflow's run that it belongs to moves on."""
    within = run.get("_workflow")
    if within and within["run"] in table(engine, TABLE):
        advance(engine, within["run"])


running.listeners.append(_go_on)


@SERVICE.on_start
def resume(engine: Engine) -> None:
    """Move on what an earlier engine left."""
    for run_id, record in table(engine, TABLE).items():
        if record["Status"] in ACTIVE:
            advance(engine, run_id)
