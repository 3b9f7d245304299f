"""The life of job runs: their records, the threads that drive them, retries, and who is told of their end.

A run's record is durable, its process is not: a run that an engine's end interrupts has FAILED, and says so.
docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
"""

from __future__ import annotations

import secrets
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slipway.engine.errors import AwsError
from slipway.engine.services.glue import arguments, events, output
from slipway.engine.services.glue.definition import role_arn
from slipway.engine.services.glue.failures import RunEnded, RunFailed
from slipway.engine.services.glue.jobs import KIND
from slipway.engine.services.glue.run import JobRun
from slipway.engine.services.glue.service import SERVICE, missing, now, table

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.store import Record

TABLE = "run"
# `_again` is set on a failed run from its end until its next attempt is on record.
ENDED = frozenset({"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR"})
_SIZES = ("WorkerType", "NumberOfWorkers", "MaxCapacity")
_FROM_JOB = (*_SIZES, "Timeout", "GlueVersion", "ExecutionClass", "JobMode", "NotificationProperty")
_OF_ONE_ATTEMPT = ("ErrorMessage", "CompletedOn", "_began", "_again")
_admission = threading.Lock()
_running: dict[str, JobRun] = {}
# Called with each run that has ended for good; workflows go on from there.
listeners: list[Callable[[Engine, Record], None]] = []


@dataclass(frozen=True)
class Start:
    """What starts a run: the job, what it is given, and within which workflow run (`name`, `run`, `trigger`)."""

    job: str
    arguments: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, Any] = field(default_factory=dict)
    within: dict[str, str] = field(default_factory=dict)
    trigger: str = ""
    predecessors: list[dict[str, str]] = field(default_factory=list)


def start(engine: Engine, begin: Start) -> Record:
    """Register a run and start it; ConcurrentRunsExceededException when the job has as many as it may."""
    job = table(engine, KIND).get(begin.job)
    if job is None:
        raise missing("job", begin.job)
    return _admit(engine, job, _record(engine, job, begin))


def _record(engine: Engine, job: Record, begin: Start) -> Record:
    command = job["Command"]
    sized = {} if set(_SIZES) & set(begin.overrides) else {name: job[name] for name in _SIZES if name in job}
    taken = {name: job[name] for name in _FROM_JOB if name in job and name not in _SIZES}
    record: Record = {
        "Id": f"jr_{secrets.token_hex(32)}",
        "Attempt": 0,
        "JobName": job["Name"],
        "JobRunState": "STARTING",
        "StartedOn": now(),
        "LastModifiedOn": now(),
        "Arguments": begin.arguments,
        "ExecutionTime": 0,
        "LogGroupName": output.group(command["Name"]),
        "PredecessorRuns": begin.predecessors,
        **taken,
        **sized,
        **begin.overrides,
        "_command": command,
        "_role": role_arn(engine.account, job["Role"]),
        "_arguments": arguments.merged(job, begin.arguments),
        "_retries": job["MaxRetries"],
    }
    return {**record, **({"TriggerName": begin.trigger} if begin.trigger else {}), "_workflow": begin.within}


def _admit(engine: Engine, job: Record, record: Record) -> Record:
    most = job["ExecutionProperty"].get("MaxConcurrentRuns", 1)
    with _admission:
        active = [
            run["Id"]
            for run in table(engine, TABLE).values()
            if run["JobName"] == job["Name"] and run["JobRunState"] not in ENDED
        ]
        if len(active) >= most:
            raise AwsError("ConcurrentRunsExceededException", f"Concurrent runs exceeded for {job['Name']}")
        table(engine, TABLE)[record["Id"]] = record
        run = _running[record["Id"]] = JobRun(engine, _with_merged(record))
    engine.spawn(f"glue {record['Id']}", _drive, engine, record["Id"], run)
    return record


def _with_merged(record: Record) -> Record:
    """The record as the script is to see its arguments: all of them."""
    return {**record, "Arguments": record["_arguments"]}


def failed_to_start(engine: Engine, begin: Start, reason: str) -> Record:
    """A run in ERROR: a trigger could not start its job."""
    record: Record = {
        "Id": f"jr_{secrets.token_hex(32)}",
        "Attempt": 0,
        "JobName": begin.job,
        "JobRunState": "ERROR",
        "StartedOn": now(),
        "CompletedOn": now(),
        "LastModifiedOn": now(),
        "Arguments": begin.arguments,
        "ErrorMessage": reason,
        "TriggerName": begin.trigger,
        "PredecessorRuns": begin.predecessors,
        "_workflow": begin.within,
        "_retries": 0,
    }
    table(engine, TABLE)[record["Id"]] = record
    return record


def stop(engine: Engine, run_id: str) -> bool:
    """Ask a run to stop; whether it was one that could."""
    stopping: list[bool] = []

    def change(record: Record) -> None:
        if record["JobRunState"] not in ENDED:
            record.update(JobRunState="STOPPING", LastModifiedOn=now())
            stopping.append(True)

    table(engine, TABLE).change(run_id, change)
    run = _running.get(run_id)
    if stopping and run is not None:
        engine.spawn(f"stop {run_id}", run.stop)
    return bool(stopping)


def _drive(engine: Engine, run_id: str, run: JobRun) -> None:
    """Run one run to its end, whatever happens on the way."""
    began = threading.Event()
    engine.spawn(f"watch {run_id}", _mark_running, engine, run_id, began)
    state, reason = "SUCCEEDED", ""
    try:
        run.execute(began)
    except RunEnded as ended:
        state, reason = ended.state, ended.message
    except Exception as error:  # noqa: BLE001 - a run must not stay RUNNING for ever because of our own mistake
        traceback.print_exc()
        state, reason = RunFailed.state, f"The local engine failed while it ran the job: {error!r}"
    finally:
        began.set()
        _running.pop(run_id, None)
    if not engine.stopping.is_set():
        _end(engine, run_id, state, reason)


def _mark_running(engine: Engine, run_id: str, began: threading.Event) -> None:
    began.wait()

    def change(record: Record) -> None:
        if record["JobRunState"] == "STARTING":
            record.update(JobRunState="RUNNING", LastModifiedOn=now(), _began=now())

    table(engine, TABLE).change(run_id, change)


def _end(engine: Engine, run_id: str, state: str, reason: str) -> None:
    def change(record: Record) -> None:
        spent = round(now() - record.get("_began", now()))
        record.update(JobRunState=state, CompletedOn=now(), LastModifiedOn=now(), ExecutionTime=spent)
        if reason:
            record["ErrorMessage"] = reason
        record["_again"] = state == "FAILED" and record["Attempt"] < record["_retries"]

    record = table(engine, TABLE).change(run_id, change)
    events.state_change(engine, record)
    tried_again = record["_again"] and _retry(engine, record)
    table(engine, TABLE).change(run_id, lambda found: found.update(_again=False))
    if not tried_again:
        for listener in listeners:
            listener(engine, record)


def _retry(engine: Engine, record: Record) -> bool:
    """The next attempt, a run of its own; none when the job is gone meanwhile."""
    job = table(engine, KIND).get(record["JobName"])
    if job is None:
        return False
    attempt = record["Attempt"] + 1
    again = {
        key: value for key, value in record.items() if key not in ("ErrorMessage", "CompletedOn", "_began", "_again")
    }
    first = record["Id"].partition("_attempt_")[0]
    again |= {"Id": f"{first}_attempt_{attempt}", "Attempt": attempt, "PreviousRunId": record["Id"]}
    again |= {"JobRunState": "STARTING", "StartedOn": now(), "LastModifiedOn": now(), "ExecutionTime": 0}
    try:
        _admit(engine, job, again)
    except AwsError:
        return False
    return True


@SERVICE.on_start
def fail_interrupted(engine: Engine) -> None:
    """A run does not survive the engine: one that was under way when it ended has failed."""
    for run_id, record in table(engine, TABLE).items():
        if record["JobRunState"] not in ENDED:
            job = record["JobName"]
            table(engine, TABLE).change(run_id, lambda found: found.update(_retries=0))
            _end(engine, run_id, "FAILED", f"The local engine was restarted while this run of {job} was under way")
        elif record.get("_again"):
            table(engine, TABLE).change(run_id, lambda found: found.update(_again=False))


@SERVICE.on_stop
def stop_runs(engine: Engine) -> None:
    """End what runs; the next engine marks it."""
    del engine
    for run in list(_running.values()):
        run.stop()
