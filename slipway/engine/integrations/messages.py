"""SQS, SNS and EventBridge: one request, one answer.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-sqs.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-sns.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from slipway.engine.integrations import api
from slipway.engine.integrations.task import Integration, TaskCall, TaskFailed

_REQUESTS = {
    "sns": ("AmazonSNSException", ("publish",)),
    "sqs": ("AmazonSQSException", ("sendMessage",)),
}


def _request(service: str, action: str, base_error: str, call: TaskCall) -> Any:
    return api.call(call.caller, service, action, call.arguments, base_error=base_error)


def put_events(call: TaskCall) -> Any:
    """`events:putEvents`; the execution is added to the events' resources, and a refused event fails the task."""
    entries = [_with_execution(entry, call.execution_arn) for entry in call.arguments.get("Entries", [])]
    arguments = {**call.arguments, "Entries": entries}
    answer = api.call(call.caller, "events", "putEvents", arguments, base_error="AmazonEventBridgeException")
    if answer.get("FailedEntryCount"):
        raise TaskFailed("EventBridge.FailedEntry", json.dumps(answer))
    return answer


def _with_execution(entry: dict[str, Any], execution_arn: str) -> dict[str, Any]:
    return {**entry, "Resources": [*entry.get("Resources", []), execution_arn]}


INTEGRATIONS = {
    "events:putEvents": Integration(run=put_events),
    **{
        f"{service}:{action}": Integration(run=partial(_request, service, action, base_error))
        for service, (base_error, actions) in _REQUESTS.items()
        for action in actions
    },
}
