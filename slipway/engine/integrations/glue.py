"""Glue: https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html."""

from __future__ import annotations

from typing import Any

from slipway.engine.integrations import api, convert
from slipway.engine.integrations.sync import Answer, Job, outcome
from slipway.engine.integrations.task import Integration, TaskCall

_RUNNING = frozenset({"STARTING", "RUNNING", "STOPPING", "WAITING"})


def _call(action: str, call: TaskCall, arguments: dict[str, Any]) -> Any:
    return api.call(
        call.caller, "glue", action, arguments, base_error="AWSGlueException", stamp=convert.epoch_milliseconds
    )


def _start(call: TaskCall) -> Answer:
    answer: Answer = _call("startJobRun", call, call.arguments)
    return answer


def _describe(call: TaskCall, started: Answer) -> Answer:
    run = {"JobName": call.arguments["JobName"], "RunId": started["JobRunId"]}
    description: Answer = _call("getJobRun", call, run)["JobRun"]
    return description


def _stop(call: TaskCall, started: Answer) -> Any:
    runs = {"JobName": call.arguments["JobName"], "JobRunIds": [started["JobRunId"]]}
    return _call("batchStopJobRun", call, runs)


_JOB = Job(start=_start, describe=_describe, status=outcome("JobRunState", "SUCCEEDED", _RUNNING), stop=_stop)
INTEGRATIONS = {
    "glue:startJobRun": Integration(run=_start),
    "glue:startJobRun.sync": Integration(run=_JOB.run),
}
