"""Lambda: https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine.caller import Caller
from slipway.engine.integrations import api, naming
from slipway.engine.integrations.task import Integration, TaskCall, TaskFailed

_BASE_ERROR = "AWSLambdaException"


def invoke(call: TaskCall) -> Any:
    """`lambda:invoke`: the function's payload and what Lambda says about it."""
    arguments = dict(call.arguments)
    payload = arguments.pop("Payload", {})
    answer = _invoke(call.caller, arguments, payload)
    kept = {name: answer[name] for name in ("ExecutedVersion", "StatusCode") if name in answer}
    return {**kept, "Payload": answer["Payload"]}


def invoke_function(caller: Caller, function_arn: str, payload: Any) -> Any:
    """A Task whose resource is the function's own ARN: its payload alone."""
    return _invoke(caller, {"FunctionName": function_arn}, payload)["Payload"]


def _invoke(caller: Caller, arguments: dict[str, Any], payload: Any) -> dict[str, Any]:
    try:
        answer = caller.client("lambda").invoke(**arguments, Payload=json.dumps(payload).encode())
    except ClientError as error:
        model = api.model_of(caller, "lambda")
        details = error.response["Error"]
        raise TaskFailed(
            naming.error_name(model, details["Code"], base=_BASE_ERROR), details.get("Message", "")
        ) from error
    text = answer["Payload"].read().decode()
    if answer.get("FunctionError"):
        raise _function_failed(text)
    return {**answer, "Payload": json.loads(text) if text else None}


def _function_failed(text: str) -> TaskFailed:
    """The error is called after the exception's class, and the cause is what Lambda answered."""
    try:
        name = json.loads(text).get("errorType") or "Lambda.Unknown"
    except (ValueError, AttributeError):
        name = "Lambda.Unknown"
    return TaskFailed(str(name), text)


INTEGRATIONS = {"lambda:invoke": Integration(run=invoke)}
