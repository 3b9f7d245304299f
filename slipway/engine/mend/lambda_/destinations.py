"""Where the records of asynchronous invocations go, under the function's role.

docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
docs.aws.amazon.com/lambda/latest/dg/invocation-async-dlq.html
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine.deliveries import queue_url
from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.mend.lambda_.invocation import PRINCIPAL, Result

Record = dict[str, Any]
_LONGEST_MESSAGE = 1024
logger = logging.getLogger(__name__)


def record_of(config: Record, event: Record, result: Result | None, condition: str) -> Record:
    """The invocation record: `condition` is Success, RetriesExhausted or EventAgeExceeded; no result, no response."""
    arn = config["FunctionArn"]
    record = {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": event["requestId"],
            "functionArn": f"{arn}:$LATEST" if arn.count(":") == 6 else arn,
            "condition": condition,
            "approximateInvokeCount": event["attempts"],
        },
        "requestPayload": event["event"],
    }
    if result is None:
        return record
    response = {"statusCode": 200, "executedVersion": config.get("Version", "$LATEST")}
    if result.get("error"):
        response["functionError"] = "Unhandled"
    return {**record, "responseContext": response, "responsePayload": result.get("body")}


def send(engine: Engine, config: Record, settings: Record, outcome: str, record: Record) -> bool:
    """Send the record to the destination of an `outcome`, OnSuccess or OnFailure; whether it arrived."""
    destination = ((settings.get("DestinationConfig") or {}).get(outcome) or {}).get("Destination")
    return not destination or _deliver(engine, config, destination, record, None)


def send_dead_letter(engine: Engine, config: Record, event: Record, result: Result | None) -> bool:
    """Send the event itself to the function's dead-letter queue or topic, with the error in attributes."""
    target = (config.get("DeadLetterConfig") or {}).get("TargetArn")
    if not target:
        return True
    body = (result or {}).get("body")
    message = str(body.get("errorMessage", "")) if isinstance(body, dict) else ""
    code = "200" if result is not None and not result.get("throttle") else "429"
    values = {
        "RequestID": ("String", event["requestId"]),
        "ErrorCode": ("Number", code),
        "ErrorMessage": ("String", message[:_LONGEST_MESSAGE] or "-"),
    }
    attributes = {name: {"DataType": kind, "StringValue": value} for name, (kind, value) in values.items()}
    return _deliver(engine, config, target, event["event"], attributes)


def _deliver(engine: Engine, config: Record, arn: str, body: Any, attributes: Record | None) -> bool:
    """A refusal is in the journal; AWS counts it and drops the record too."""
    service = arn.split(":")[2]
    try:
        client = engine.as_role(config["Role"], PRINCIPAL, config["FunctionName"]).client(service)
        _SENDERS[service](engine, client, arn, body, attributes)
    except (AwsError, ClientError, BotoCoreError) as error:
        logger.warning("%s could not send to %s: %s", config["FunctionName"], arn, error)
        return False
    return True


def _to_queue(engine: Engine, client: Any, arn: str, body: Any, attributes: Record | None) -> None:
    extra = {"MessageAttributes": attributes} if attributes else {}
    client.send_message(QueueUrl=queue_url(engine, arn), MessageBody=json.dumps(body), **extra)


def _to_topic(_: Engine, client: Any, arn: str, body: Any, attributes: Record | None) -> None:
    extra = {"MessageAttributes": attributes} if attributes else {}
    client.publish(TopicArn=arn, Message=json.dumps(body), **extra)


def _to_function(_: Engine, client: Any, arn: str, body: Any, __: Record | None) -> None:
    client.invoke(FunctionName=arn, InvocationType="Event", Payload=json.dumps(body).encode())


def _to_bus(_: Engine, client: Any, arn: str, body: Record, __: Record | None) -> None:
    success = body["requestContext"]["condition"] == "Success"
    entry = {
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {'Success' if success else 'Failure'}",
        "Detail": json.dumps(body),
        "Resources": [arn, body["requestContext"]["functionArn"]],
        "EventBusName": arn,
    }
    client.put_events(Entries=[entry])


def _to_bucket(_: Engine, client: Any, arn: str, body: Record, __: Record | None) -> None:
    """`aws/lambda/async/<function>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<uuid>`."""
    now, name = datetime.now(UTC), body["requestContext"]["functionArn"].split(":")[6]
    key = f"aws/lambda/async/{name}/{now:%Y/%m/%d/%Y-%m-%dT%H.%M.%S}-{body['requestContext']['requestId']}"
    client.put_object(Bucket=arn.rpartition(":")[2], Key=key, Body=json.dumps(body).encode())


_SENDERS: dict[str, Callable[[Engine, Any, str, Any, Record | None], None]] = {
    "sqs": _to_queue,
    "sns": _to_topic,
    "lambda": _to_function,
    "events": _to_bus,
    "s3": _to_bucket,
}
