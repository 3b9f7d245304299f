"""From a published message to the topic's subscribers, durably.

SNS calls as sns.amazonaws.com with the topic as aws:SourceArn, so queue and function policies decide. What a subscriber
refuses goes to the subscription's dead-letter queue at once, what it cannot take now is tried again.

docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
docs.aws.amazon.com/lambda/latest/dg/with-sns.html
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine import adapter
from slipway.engine.deliveries import GivenUp, Kind, Record, queue_url
from slipway.engine.engine import Engine, current
from slipway.engine.once import once
from slipway.engine.service_metrics import ServiceMetrics

KIND = "sns"
PRINCIPAL = "sns.amazonaws.com"
RETRIES = 100_015
AGE_SECONDS = 23 * 86400
_SERVICE = "services.sns"
_UNSIGNED = "EXAMPLE"

logger = logging.getLogger(__name__)


def declare(engine: Engine) -> None:
    """Say how notifications are delivered."""
    engine.deliveries.declare(KIND, Kind(_send, _give_up, pause))


def pause(retries: int) -> float:
    """The policy for endpoints of AWS: three times at once, two after a second, ten ever slower, then every 20 s."""
    if retries < 3:
        return 0
    if retries < 5:
        return 1
    return float(20 ** min((retries - 5) / 9, 1))


def fan_out(
    topic_arn: str,
    message_id: str,
    message: str,
    subject: str,
    message_structure: str = "",
    message_attributes: dict[str, Any] | None = None,
    message_group_id: str = "",
    message_dedup_id: str = "",
) -> None:
    """Put a message on its way to every subscriber that wants it; MiniStack's Publish calls this."""
    del message_dedup_id  # of FIFO topics, which are refused
    sns, attributes = adapter.part(_SERVICE), message_attributes or {}
    _count(current(), topic_arn, "NumberOfMessagesPublished")
    topic = sns._topic_by_arn_any_scope(topic_arn)
    for subscription in topic["subscriptions"] if topic else []:
        text = sns._resolve_message_for_protocol(message, message_structure, subscription["protocol"])
        if subscription["protocol"] not in _SENDERS or not sns._matches_filter_policy(subscription, attributes, text):
            continue
        record = {
            "protocol": subscription["protocol"],
            "endpoint": subscription["endpoint"],
            "subscription": subscription["arn"],
            "topic": topic_arn,
            "raw": subscription["attributes"].get("RawMessageDelivery") == "true",
            "letters": _dead_letter_queue(subscription),
            "group": message_group_id,
            "attributes": attributes,
            "notification": notification(topic_arn, subscription["arn"], message_id, text, subject, attributes),
        }
        current().deliveries.put(KIND, record, retries=RETRIES, seconds=AGE_SECONDS)


def notification(
    topic_arn: str, subscription_arn: str, message_id: str, message: str, subject: str, attributes: dict[str, Any]
) -> dict[str, Any]:
    """The JSON around a message; nobody can verify its signature.

    docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
    """
    now, region = time.time(), topic_arn.split(":")[3]
    host = f"https://sns.{region}.amazonaws.com"
    return {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": topic_arn,
        **({"Subject": subject} if subject else {}),
        "Message": message,
        "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z",
        "SignatureVersion": "1",
        "Signature": _UNSIGNED,
        "SigningCertURL": f"{host}/SimpleNotificationService-{_UNSIGNED}.pem",
        "UnsubscribeURL": f"{host}/?Action=Unsubscribe&SubscriptionArn={subscription_arn}",
        **({"MessageAttributes": _shown(attributes)} if attributes else {}),
    }


def _shown(attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {"Type": value["DataType"], "Value": value.get("StringValue") or value.get("BinaryValue") or ""}
        for name, value in attributes.items()
    }


def _dead_letter_queue(subscription: dict[str, Any]) -> str:
    policy = json.loads(subscription["attributes"].get("RedrivePolicy") or "{}")
    return str(policy.get("deadLetterTargetArn", ""))


def _send(engine: Engine, record: Record) -> None:
    _SENDERS[record["protocol"]](engine, record, record["endpoint"])
    _count(engine, record["topic"], "NumberOfNotificationsDelivered")


def _to_queue(engine: Engine, record: Record, queue_arn: str) -> None:
    extra: dict[str, Any] = {"MessageGroupId": record["group"]} if record["group"] else {}
    body = json.dumps(record["notification"])
    if record["raw"]:
        body = record["notification"]["Message"]
        extra["MessageAttributes"] = record["attributes"]
    client = engine.as_service(PRINCIPAL, record["topic"]).client("sqs")
    client.send_message(QueueUrl=queue_url(engine, queue_arn), MessageBody=body, **extra)


def _to_function(engine: Engine, record: Record, function_arn: str) -> None:
    """The event of a function spells two members its own way, and has all of them."""
    told = dict(record["notification"])
    told["SigningCertUrl"], told["UnsubscribeUrl"] = told.pop("SigningCertURL"), told.pop("UnsubscribeURL")
    told = {**told, "Subject": told.get("Subject"), "MessageAttributes": told.get("MessageAttributes", {})}
    event = {
        "EventVersion": "1.0",
        "EventSubscriptionArn": record["subscription"],
        "EventSource": "aws:sns",
        "Sns": told,
    }
    client = engine.as_service(PRINCIPAL, record["topic"]).client("lambda")
    client.invoke(FunctionName=function_arn, InvocationType="Event", Payload=json.dumps({"Records": [event]}).encode())


_SENDERS = {"sqs": _to_queue, "lambda": _to_function}


def _give_up(engine: Engine, record: Record, given_up: GivenUp) -> None:
    """Send the message to the subscription's dead-letter queue, or drop it; either way it is in the engine's log."""
    logger.warning("%s could not notify %s: %s", record["topic"], record["endpoint"], given_up.failure.message)
    _count(engine, record["topic"], "NumberOfNotificationsFailed")
    if not record["letters"]:
        return
    try:
        _to_queue(engine, record, record["letters"])
    except ClientError as error:
        logger.warning("%s could not use its dead-letter queue: %s", record["subscription"], error)
        _count(engine, record["topic"], "NumberOfNotificationsFailedToRedriveToDlq")
    else:
        _count(engine, record["topic"], "NumberOfNotificationsRedrivenToDlq")


def _count(engine: Engine, topic_arn: str, metric: str) -> None:
    """docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html"""
    _metrics(engine).record(metric, 1.0, "Count", {"TopicName": topic_arn.rpartition(":")[2]})


@once
def _metrics(engine: Engine) -> ServiceMetrics:
    return ServiceMetrics(engine, PRINCIPAL, "AWS/SNS")
