"""Messages: what the operations on them refuse, and what they let pass.

docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import current
from slipway.engine.mend.sqs.queues import Data, Operation, refused

_SERVICE = "services.sqs"
_DELAYS = range(901)
_WAITS = range(21)
_TIMEOUTS = range(43201)
_MOST_ATTRIBUTES = 10
_TYPE = re.compile(r"(String|Number|Binary)(\..+)?")
_HANDLE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PURGE_SECONDS = 60.0

_purged: dict[str, float] = {}


def sent(send: Operation) -> Operation:
    """SendMessage: a delay in range, attributes that are whole, body and attributes within the queue's size."""

    def checked(data: Data, url: str) -> Data:
        _check_range(data, "DelaySeconds", _DELAYS, "DelaySeconds must be >= 0 and <= 900.")
        attributes = data.get("MessageAttributes") or {}
        _check_attributes(attributes)
        queue = adapter.part(_SERVICE)._get_q(data.get("QueueUrl", url))
        limit = int(queue["attributes"].get("MaximumMessageSize", 1048576))
        size = len(str(data.get("MessageBody") or "").encode()) + sum(map(_size, attributes, attributes.values()))
        if size > limit:
            raise refused(
                "InvalidParameterValue",
                f"One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes.",
            )
        return send(data, url)

    return checked


def _size(name: str, value: Data) -> int:
    parts = (name, value.get("DataType"), value.get("StringValue"), value.get("BinaryValue"))
    return sum(len(part if isinstance(part, bytes) else str(part).encode()) for part in parts if part)


def _check_attributes(attributes: Data) -> None:
    if len(attributes) > _MOST_ATTRIBUTES:
        raise refused(
            "InvalidParameterValue",
            f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum [{_MOST_ATTRIBUTES}].",
        )
    for name, value in attributes.items():
        kind = _TYPE.fullmatch(str(value.get("DataType") or ""))
        if kind is None:
            raise refused(
                "InvalidParameterValue",
                f"The message attribute '{name}' has an invalid message attribute type, the set of supported type"
                " prefixes is Binary, Number, and String.",
            )
        if not value.get("BinaryValue" if kind[1] == "Binary" else "StringValue"):
            raise refused(
                "InvalidParameterValue",
                f"Message (user) attribute '{name}' must contain a non-empty value of type '{kind[1]}'.",
            )


def _check_range(data: Data, name: str, values: range, rule: str) -> None:
    value = data.get(name)
    if value is not None and int(value) not in values:
        raise refused("InvalidParameterValue", f"Value {value} for parameter {name} is invalid. Reason: {rule}")


def received(receive: Callable[[Data, str], Awaitable[Data]]) -> Callable[[Data, str], Awaitable[Data]]:
    """ReceiveMessage: times in range."""

    async def checked(data: Data, url: str) -> Data:
        _check_range(data, "WaitTimeSeconds", _WAITS, "Must be >= 0 and <= 20, if provided.")
        _check_timeout(data)
        return await receive(data, url)

    return checked


def _check_timeout(data: Data) -> None:
    rule = "VisibilityTimeout must be an integer between 0 and 43200."
    _check_range(data, "VisibilityTimeout", _TIMEOUTS, rule)


def deleted(delete: Operation) -> Operation:
    """DeleteMessage: a message that is gone already, or was received again since, is no error."""

    def checked(data: Data, url: str) -> Data:
        if _is_stale(data, url):
            return {}
        return delete(data, url)

    return checked


def batch_deleted(delete: Operation) -> Operation:
    """DeleteMessageBatch: the same, entry by entry."""

    def checked(data: Data, url: str) -> Data:
        stale = [entry["Id"] for entry in data.get("Entries") or [] if _is_stale({**data, **entry}, url)]
        answer = delete(data, url)
        failed = [failure for failure in answer["Failed"] if failure["Id"] not in stale]
        gone = [{"Id": failure["Id"]} for failure in answer["Failed"] if failure["Id"] in stale]
        return {"Successful": answer["Successful"] + gone, "Failed": failed}

    return checked


def _is_stale(data: Data, url: str) -> bool:
    """Whether a receipt handle looks like one and belongs to no message any more."""
    handle = str(data.get("ReceiptHandle") or "")
    return _HANDLE.fullmatch(handle) is not None and _message(data, url) is None


def _message(data: Data, url: str) -> Any:
    queue = adapter.part(_SERVICE)._get_q(data.get("QueueUrl", url))
    handle = data.get("ReceiptHandle")
    return next((message for message in queue["messages"] if message["receipt_handle"] == handle), None)


def visibility_changed(change: Operation) -> Operation:
    """ChangeMessageVisibility: of a message in flight."""

    def checked(data: Data, url: str) -> Data:
        _check_timeout(data)
        message = _message(data, url) if data.get("ReceiptHandle") else None
        if message is not None and message["visible_at"] <= time.time():
            raise refused(
                "MessageNotInflight",
                f"Value {data['ReceiptHandle']} for parameter ReceiptHandle is invalid. Reason: Message does not exist"
                " or is not available for visibility timeout change.",
            )
        return change(data, url)

    return checked


def purged(purge: Operation) -> Operation:
    """PurgeQueue: once a minute."""

    def checked(data: Data, url: str) -> Data:
        queue, now = adapter.part(_SERVICE)._get_q(data.get("QueueUrl", url)), time.time()
        if now - _purged.get(queue["url"], 0.0) < current().clock.real(_PURGE_SECONDS):
            raise refused(
                "PurgeQueueInProgress",
                f"Only one PurgeQueue operation on {queue['name']} is allowed every 60 seconds.",
            )
        _purged[queue["url"]] = now
        return purge(data, url)

    return checked
