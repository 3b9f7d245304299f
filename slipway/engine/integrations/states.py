"""Nested executions: https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html."""

from __future__ import annotations

import json
from typing import Any

from slipway.engine.integrations import api, convert
from slipway.engine.integrations.sync import Answer, Job, outcome
from slipway.engine.integrations.task import Integration, TaskCall

_RULE = "StepFunctionsGetEventsForStepFunctionsExecutionRule"


def _call(action: str, call: TaskCall, arguments: dict[str, Any]) -> Any:
    return api.call(
        call.caller,
        "stepfunctions",
        action,
        arguments,
        base_error="AWSStepFunctionsException",
        stamp=convert.epoch_milliseconds,
    )


def _start(call: TaskCall) -> Answer:
    answer: Answer = _call("startExecution", call, call.arguments)
    return answer


def _describe(call: TaskCall, started: Answer) -> Answer:
    description: Answer = _call("describeExecution", call, {"ExecutionArn": started["ExecutionArn"]})
    return description


def _stop(call: TaskCall, started: Answer) -> Any:
    return _call("stopExecution", call, {"ExecutionArn": started["ExecutionArn"]})


def _parsed(description: Answer) -> Answer:
    """`.sync:2` gives input and output as JSON instead of text."""
    texts = {name: json.loads(description[name]) for name in ("Input", "Output") if description.get(name)}
    return {**description, **texts}


_STATUS = outcome("Status", "SUCCEEDED", frozenset({"RUNNING", "PENDING_REDRIVE"}))
_SYNC = Job(start=_start, describe=_describe, status=_STATUS, stop=_stop)
_SYNC_2 = Job(start=_start, describe=_describe, status=_STATUS, stop=_stop, result=_parsed)
INTEGRATIONS = {
    "states:startExecution": Integration(run=_start),
    "states:startExecution.sync": Integration(run=_SYNC.run, managed_rule=_RULE),
    "states:startExecution.sync:2": Integration(run=_SYNC_2.run, managed_rule=_RULE),
}
