"""Runs of jobs: their operations.

docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.service import Call
from slipway.engine.services.glue import arguments, definition, running
from slipway.engine.services.glue.jobs import KIND
from slipway.engine.services.glue.service import SERVICE, find, missing, named, page, refused, rendered, table

_OVERRIDES = ("Timeout", "MaxCapacity", "WorkerType", "NumberOfWorkers", "NotificationProperty", "ExecutionClass")
_OF_JOB = named(KIND, "JobName")


@SERVICE.operation("StartJobRun", resource=_OF_JOB)
def start_job_run(call: Call) -> dict[str, Any]:
    """Start a run; it goes on in the background."""
    for reason in definition.not_executed(call.params):
        raise refused(f"StartJobRun: {reason}")
    definition.check_capacity(call.params)
    job = find(call.engine, KIND, call.params["JobName"])
    given = call.params.get("Arguments", {})
    arguments.check("StartJobRun", arguments.merged(job, given))
    overrides = {member: call.params[member] for member in _OVERRIDES if member in call.params}
    return {"JobRunId": running.start(call.engine, running.Start(job["Name"], given, overrides))["Id"]}


@SERVICE.operation("GetJobRun", resource=_OF_JOB)
def get_job_run(call: Call) -> dict[str, Any]:
    """One run."""
    run = table(call.engine, running.TABLE).get(call.params["RunId"])
    if run is None or run["JobName"] != call.params["JobName"]:
        raise missing("job run", call.params["RunId"])
    if not call.params.get("PredecessorsIncluded"):
        run.pop("PredecessorRuns", None)
    return {"JobRun": rendered(run)}


@SERVICE.operation("GetJobRuns", resource=_OF_JOB)
def get_job_runs(call: Call) -> dict[str, Any]:
    """A job's runs, the newest first."""
    name = find(call.engine, KIND, call.params["JobName"])["Name"]
    runs = [rendered(run) for run in table(call.engine, running.TABLE).values() if run["JobName"] == name]
    return page(runs[::-1], call.params, "JobRuns")


@SERVICE.operation("BatchStopJobRun", resource=_OF_JOB)
def batch_stop_job_run(call: Call) -> dict[str, Any]:
    """Stop runs; each that cannot be is told with the reason."""
    name, stopped, errors = call.params["JobName"], [], []
    for run_id in call.params["JobRunIds"]:
        about = {"JobName": name, "JobRunId": run_id}
        run = table(call.engine, running.TABLE).get(run_id)
        if run is None or run["JobName"] != name:
            detail = {"ErrorCode": "EntityNotFoundException", "ErrorMessage": f"Entity not found: job run {run_id}"}
        elif not running.stop(call.engine, run_id):
            detail = {"ErrorCode": "InvalidInputException", "ErrorMessage": f"The job run is {run['JobRunState']}"}
        else:
            stopped.append(about)
            continue
        errors.append({**about, "ErrorDetail": detail})
    return {"SuccessfulSubmissions": stopped, "Errors": errors}
