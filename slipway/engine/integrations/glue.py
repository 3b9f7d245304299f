"""Glue: https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html."""

from __future__ import annotations

from typing import Any

from slipway.engine.integrations import api, convert
from slipway.engine.integrations.sync import Answer, Job, outcome
from slipway.engine.integrations.task import Integration, TaskCall

_RUNNING = frozenset({"STARTING", "RUNNING", "STOPPING", "WAITING"})


def _call(action: str, call: TaskCall, arguments: dict[str, Any]) -> Any:
    return api.call(
        call.caller,
        "glue",
        action,
        arguments,
        base_error="AWSGlueException",
        stamp=convert.epoch_milliseconds,
    )


def _start(call: TaskCall) -> Answer:
    """The answer has the job's name besides the run's id."""
    answer: Answer = _call("startJobRun", call, call.arguments)
    return {"JobName": call.arguments["JobName"], **answer}


def _describe(call: TaskCall, started: Answer) -> Answer:
    wanted = {"JobName": started["JobName"], "RunId": started["JobRunId"]}
    description: Answer = _call("getJobRun", call, wanted)["JobRun"]
    return description


def _stop(call: TaskCall, started: Answer) -> Any:
    return _call("batchStopJobRun", call, {"JobName": started["JobName"], "JobRunIds": [started["JobRunId"]]})


_RUN = Job(start=_start, describe=_describe, status=outcome("JobRunState", "SUCCEEDED", _RUNNING), stop=_stop)
INTEGRATIONS = {
    "glue:startJobRun": Integration(run=_start),
    # No managed rule: the policy that AWS documents has Glue's own actions only.
    "glue:startJobRun.sync": Integration(run=_RUN.run),
}
