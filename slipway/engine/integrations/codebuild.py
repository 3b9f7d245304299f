"""CodeBuild: https://docs.aws.amazon.com/step-functions/latest/dg/connect-codebuild.html."""

from __future__ import annotations

from functools import partial
from typing import Any

from slipway.engine.integrations import api, convert
from slipway.engine.integrations.sync import Answer, Job, outcome
from slipway.engine.integrations.task import Integration, TaskCall


def _call(action: str, call: TaskCall, arguments: dict[str, Any]) -> Any:
    return api.call(
        call.caller,
        "codebuild",
        action,
        arguments,
        base_error="AWSCodeBuildException",
        stamp=convert.epoch_milliseconds,
    )


def _request(action: str, call: TaskCall) -> Any:
    return _call(action, call, call.arguments)


def _start(call: TaskCall) -> Answer:
    answer: Answer = _request("startBuild", call)
    return answer


def _describe(call: TaskCall, started: Answer) -> Answer:
    description: Answer = _call("batchGetBuilds", call, {"Ids": [started["Build"]["Id"]]})["Builds"][0]
    return description


def _stop(call: TaskCall, started: Answer) -> Any:
    return _call("stopBuild", call, {"Id": started["Build"]["Id"]})


_BUILD = Job(
    start=_start,
    describe=_describe,
    status=outcome("BuildStatus", "SUCCEEDED", frozenset({"IN_PROGRESS"})),
    stop=_stop,
    result=lambda description: {"Build": description},
)
INTEGRATIONS = {
    "codebuild:startBuild": Integration(run=partial(_request, "startBuild")),
    "codebuild:stopBuild": Integration(run=partial(_request, "stopBuild")),
    "codebuild:startBuild.sync": Integration(
        run=_BUILD.run, managed_rule="StepFunctionsGetEventForCodeBuildStartBuildRule"
    ),
}
