"""Queues: which names and attributes CreateQueue and SetQueueAttributes refuse.

docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from slipway.engine import adapter

_SERVICE = "services.sqs"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_TOKEN = re.compile(r"[0-9]{1,12}")
_TARGET = re.compile(r'"deadLetterTargetArn"\s*:\s*"(arn:[\w-]+:sqs:[\w-]+:\d{12}:[\w.-]+)"')
_ATTRIBUTES = frozenset(
    {
        *("DelaySeconds", "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "MaximumMessageSize"),
        *("MessageRetentionPeriod", "Policy", "ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy"),
        *("SqsManagedSseEnabled", "VisibilityTimeout"),
    }
)
_OF_FIFO = frozenset({"ContentBasedDeduplication", "DeduplicationScope", "FifoQueue", "FifoThroughputLimit"})

Data = dict[str, Any]
Operation = Callable[[Data, str], Data]


def refused(code: str, message: str) -> Exception:
    """SQS's error, to raise."""
    error: Exception = adapter.part(_SERVICE)._Err(code, message, 400)
    return error


def listed(found: Operation) -> Operation:
    """ListQueues: a token that no page gave is refused.

    docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
    """

    def checked(data: Data, url: str) -> Data:
        if not _TOKEN.fullmatch(str(data.get("NextToken") or "0")):
            raise refused("InvalidParameterValue", "Invalid or expired next token.")
        return found(data, url)

    return checked


def created(create: Operation) -> Operation:
    """CreateQueue: a queue is a FIFO queue by its name and its attribute, both or neither."""

    def checked(data: Data, url: str) -> Data:
        name, attributes = str(data.get("QueueName") or ""), data.get("Attributes") or {}
        fifo = str(attributes.get("FifoQueue", "")).lower() == "true"
        if "FifoQueue" in attributes and not fifo:
            raise refused("InvalidAttributeName", "Unknown Attribute FifoQueue.")
        if name and not _NAME.fullmatch(name.removesuffix(".fifo") if fifo else name):
            raise refused(
                "InvalidParameterValue",
                "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
            )
        if fifo and not name.endswith(".fifo"):
            raise refused(
                "InvalidParameterValue",
                "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end"
                " with .fifo suffix and be 1 to 80 in length",
            )
        _check(attributes, f"arn:{name}", fifo=fifo)
        return create(data, url)

    return checked


def changed(change: Operation) -> Operation:
    """SetQueueAttributes: what a queue is, it stays."""

    def checked(data: Data, url: str) -> Data:
        queue = adapter.part(_SERVICE)._get_q(data.get("QueueUrl", url))
        attributes = data.get("Attributes") or {}
        if "FifoQueue" in attributes:
            raise refused("InvalidAttributeName", "Unknown Attribute FifoQueue.")
        _check(attributes, queue["attributes"]["QueueArn"], fifo=queue["is_fifo"])
        return change(data, url)

    return checked


def _check(attributes: Data, queue_arn: str, *, fifo: bool) -> None:
    known = _ATTRIBUTES | _OF_FIFO if fifo else _ATTRIBUTES
    unknown = sorted(set(attributes) - known)
    if unknown:
        raise refused("InvalidAttributeName", f"Unknown Attribute {unknown[0]}.")
    if attributes.get("RedrivePolicy"):
        _check_redrive(str(attributes["RedrivePolicy"]), queue_arn, fifo=fifo)


def _check_redrive(policy: str, queue_arn: str, *, fifo: bool) -> None:
    """The dead-letter queue is there, is of the same kind, and lets the queue use it."""
    service = adapter.part(_SERVICE)
    target = _TARGET.search(policy)
    if target and service._queue_by_arn(target[1]) is None:
        raise refused(
            "InvalidParameterValue",
            f"Value {policy} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.",
        )
    service._validate_redrive_policy(policy)
    letters = service._queue_by_arn(json.loads(policy)["deadLetterTargetArn"])
    if letters["is_fifo"] != fifo:
        raise refused(
            "InvalidParameterValue",
            f"Value {policy} for parameter RedrivePolicy is invalid. Reason: Dead-letter queue must be same type of"
            " queue as the source.",
        )
    allowed = json.loads(letters["attributes"].get("RedriveAllowPolicy") or '{"redrivePermission": "allowAll"}')
    sources = [source.rpartition(":")[2] for source in allowed.get("sourceQueueArns", ())]
    by_name = allowed["redrivePermission"] == "byQueue" and queue_arn.rpartition(":")[2] in sources
    if allowed["redrivePermission"] != "allowAll" and not by_name:
        raise refused(
            "InvalidParameterValue",
            f"Value {policy} for parameter RedrivePolicy is invalid. Reason: The dead-letter queue does not allow"
            " this queue to use it; see its RedriveAllowPolicy.",
        )
