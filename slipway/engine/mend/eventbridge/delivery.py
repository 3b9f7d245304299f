"""From a matched event to the target: input, identity, retries, dead-letter queue.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from __future__ import annotations

import json
import logging
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine import adapter
from slipway.engine.deliveries import Failure, GivenUp, Kind, Record, doubling, queue_url
from slipway.engine.engine import Engine, current
from slipway.engine.mend.eventbridge import inputs, targets
from slipway.engine.once import once
from slipway.engine.service_metrics import ServiceMetrics

KIND = "eventbridge"
DEFAULT_ATTEMPTS = 185
DEFAULT_AGE_SECONDS = 86400
LONGEST_PAUSE_SECONDS = 900

logger = logging.getLogger(__name__)


def declare(engine: Engine) -> None:
    """Say how events are delivered."""
    engine.deliveries.declare(KIND, Kind(_send, _give_up, doubling(LONGEST_PAUSE_SECONDS)))


def deliver(target: targets.Target, event: dict[str, Any], rule: dict[str, Any], view: Any = None) -> None:
    """Deliver in the background; MiniStack calls this for every target of a rule that matched."""
    view = view or adapter.part("services.eventbridge")._pattern_event_view(event)
    original = json.dumps(view.event_with_detail())
    policy = target.get("RetryPolicy") or {}
    current().deliveries.put(
        KIND,
        {
            "target": target,
            "rule": {"Name": rule["Name"], "Arn": rule["Arn"]},
            "payload": inputs.payload(target, rule, view, original),
            "event": original,
        },
        retries=policy.get("MaximumRetryAttempts", DEFAULT_ATTEMPTS),
        seconds=policy.get("MaximumEventAgeInSeconds", DEFAULT_AGE_SECONDS),
    )


def _send(engine: Engine, record: Record) -> None:
    target, rule = record["target"], record["rule"]
    kind = targets.kind(target)
    if kind is None:
        raise ValueError(f"{target['Arn']} is no target that is executed here")
    if target.get("RoleArn"):
        caller = engine.as_role(target["RoleArn"], targets.PRINCIPAL, rule["Name"][:64], rule["Arn"])
    else:
        caller = engine.as_service(targets.PRINCIPAL, rule["Arn"])
    kind.send(targets.Delivery(engine, caller, target, record["payload"], record["event"]))
    _count(engine, rule["Name"], "Invocations")


def _give_up(engine: Engine, record: Record, given_up: GivenUp) -> None:
    """Send the event to the dead-letter queue, or drop it as AWS does; either way it is in the engine's log."""
    target, rule, failure = record["target"], record["rule"], given_up.failure
    logger.warning("rule %s could not deliver to %s: %s", rule["Name"], target["Arn"], failure.message)
    _count(engine, rule["Name"], "Invocations", "FailedInvocations")
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue:
        return
    client = engine.as_service(targets.PRINCIPAL, rule["Arn"]).client("sqs")
    try:
        client.send_message(
            QueueUrl=queue_url(engine, queue),
            MessageBody=record["event"],
            MessageAttributes=_letter(rule["Arn"], target["Arn"], failure, given_up),
        )
    except ClientError as error:
        logger.warning("rule %s could not use its dead-letter queue: %s", rule["Name"], error)
        _count(engine, rule["Name"], "InvocationsFailedToBeSentToDlq")
    else:
        _count(engine, rule["Name"], "InvocationsSentToDlq")


def _count(engine: Engine, rule: str, *metrics: str) -> None:
    """docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html"""
    for metric in metrics:
        _metrics(engine).record(metric, 1.0, "Count", {"RuleName": rule})


@once
def _metrics(engine: Engine) -> ServiceMetrics:
    return ServiceMetrics(engine, targets.PRINCIPAL, "AWS/Events")


def _letter(rule_arn: str, target_arn: str, failure: Failure, given_up: GivenUp) -> dict[str, Any]:
    """The attributes of a dead-letter message."""
    values = {
        "RULE_ARN": rule_arn,
        "TARGET_ARN": target_arn,
        "ERROR_CODE": failure.code,
        "ERROR_MESSAGE": failure.message,
        "RETRY_ATTEMPTS": str(given_up.retries),
        **({"EXHAUSTED_RETRY_CONDITION": given_up.exhausted} if given_up.exhausted else {}),
    }
    return {name: {"DataType": "String", "StringValue": value} for name, value in values.items()}
