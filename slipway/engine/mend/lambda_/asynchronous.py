"""Asynchronous invocations: two retries, then the destination or the dead-letter queue, under the function's role.

docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from slipway.engine import adapter
from slipway.engine.deliveries import queue_url
from slipway.engine.engine import Engine
from slipway.engine.mend.lambda_.environment import request_id
from slipway.engine.mend.lambda_.invocation import PRINCIPAL, Result

FIRST_RETRY_SECONDS = 60
SECOND_RETRY_SECONDS = 120
DEFAULT_RETRIES = 2
DEFAULT_AGE_SECONDS = 21600

Record = dict[str, Any]


def start(engine: Engine, record: Record, event: Any) -> None:
    """Queue the event; the caller does not wait."""
    name = record["config"]["FunctionName"]
    engine.spawn(f"lambda {name} asynchronous", _deliver, engine, record, event)


def _deliver(engine: Engine, record: Record, event: Any) -> None:
    config, settings = record["config"], _settings(record)
    execute = adapter.part("services.lambda_svc")._execute_function_with_config_scope
    attempts, begun = 0, time.monotonic()
    retries = settings.get("MaximumRetryAttempts")
    allowed = DEFAULT_RETRIES if retries is None else int(retries)
    age = engine.clock.real(settings.get("MaximumEventAgeInSeconds") or DEFAULT_AGE_SECONDS)
    while True:
        with adapter.request_scope(engine.account, engine.region):
            result: Result = execute(record, event)
        attempts += 1
        if not result.get("error"):
            _send(engine, config, settings, "OnSuccess", _envelope(config, event, result, "Success", attempts))
            return
        wait = engine.clock.real(FIRST_RETRY_SECONDS if attempts == 1 else SECOND_RETRY_SECONDS)
        if attempts > allowed or time.monotonic() - begun + wait > age:
            break
        time.sleep(wait)
    reason = "RetriesExhausted" if attempts > allowed else "EventAgeExceeded"
    _send(engine, config, settings, "OnFailure", _envelope(config, event, result, reason, attempts))
    _dead_letter(engine, config, event, result)


def _settings(record: Record) -> Record:
    """The function's EventInvokeConfig, empty when there is none."""
    qualified = (record.get("event_invoke_configs") or {}).get("$LATEST")
    return record.get("event_invoke_config") or qualified or {}


def _envelope(config: Record, event: Any, result: Result, condition: str, attempts: int) -> Record:
    """The invocation record of docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html."""
    response = {"statusCode": 200, "executedVersion": config.get("Version", "$LATEST")}
    if result.get("error"):
        response["functionError"] = "Unhandled"
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": request_id(),
            "functionArn": f"{config['FunctionArn']}:{config.get('Version', '$LATEST')}",
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": event,
        "responseContext": response,
        "responsePayload": result.get("body"),
    }


def _send(engine: Engine, config: Record, settings: Record, outcome: str, envelope: Record) -> None:
    destination = ((settings.get("DestinationConfig") or {}).get(outcome) or {}).get("Destination")
    if destination:
        _SENDERS[destination.split(":")[2]](engine, config, destination, envelope)


def _dead_letter(engine: Engine, config: Record, event: Any, result: Result) -> None:
    target = (config.get("DeadLetterConfig") or {}).get("TargetArn")
    if not target:
        return
    error = result["body"] if isinstance(result["body"], dict) else {}
    values = {
        "RequestID": request_id(),
        "ErrorCode": "200",
        "ErrorMessage": str(error.get("errorMessage", ""))[:1024] or "-",
    }
    attributes = {key: {"DataType": "String", "StringValue": value} for key, value in values.items()}
    _SENDERS[target.split(":")[2]](engine, config, target, event, attributes)


def _client(engine: Engine, config: Record, service: str) -> Any:
    return engine.as_role(config["Role"], PRINCIPAL, config["FunctionName"]).client(service)


def _to_queue(engine: Engine, config: Record, arn: str, body: Any, attributes: Record | None = None) -> None:
    url = queue_url(engine, arn)
    extra = {"MessageAttributes": attributes} if attributes else {}
    _client(engine, config, "sqs").send_message(QueueUrl=url, MessageBody=json.dumps(body), **extra)


def _to_topic(engine: Engine, config: Record, arn: str, body: Any, attributes: Record | None = None) -> None:
    extra = {"MessageAttributes": attributes} if attributes else {}
    _client(engine, config, "sns").publish(TopicArn=arn, Message=json.dumps(body), **extra)


def _to_function(engine: Engine, config: Record, arn: str, body: Any, _: Record | None = None) -> None:
    client = _client(engine, config, "lambda")
    client.invoke(FunctionName=arn, InvocationType="Event", Payload=json.dumps(body).encode())


def _to_bus(engine: Engine, config: Record, arn: str, body: Record, _: Record | None = None) -> None:
    success = body["requestContext"]["condition"] == "Success"
    entry = {
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {'Success' if success else 'Failure'}",
        "Detail": json.dumps(body),
        "Resources": [arn, body["requestContext"]["functionArn"]],
        "EventBusName": arn,
    }
    _client(engine, config, "events").put_events(Entries=[entry])


_SENDERS: dict[str, Callable[..., None]] = {
    "sqs": _to_queue,
    "sns": _to_topic,
    "lambda": _to_function,
    "events": _to_bus,
}
