"""Messages on their way through a queue."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.mend.account import eventually, messages, queue

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"
)


@pytest.fixture(scope="module")
def url(engine: Any) -> str:
    return queue(engine, "messages", MaximumMessageSize="1024")[0]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        pytest.param({"DelaySeconds": 901}, "DelaySeconds must be >= 0 and <= 900", id="delay"),
        pytest.param({"MessageBody": "x" * 1025}, "Message must be shorter than 1024 bytes", id="body"),
        pytest.param(
            {"MessageAttributes": {"a": {"DataType": "String", "StringValue": "x" * 1024}}},
            "Message must be shorter than 1024 bytes",
            id="attributes count",
        ),
        pytest.param(
            {"MessageAttributes": {"a": {"DataType": "Text", "StringValue": "x"}}}, "type prefixes", id="type"
        ),
        pytest.param(
            {"MessageAttributes": {"a": {"DataType": "String"}}}, "must contain a non-empty value", id="empty"
        ),
        pytest.param(
            {"MessageAttributes": {str(n): {"DataType": "Number", "StringValue": "1"} for n in range(11)}},
            r"attributes \[11\] exceeds the allowed maximum \[10\]",
            id="eleven",
        ),
    ],
)
def test_send_message_refuses(engine: Any, url: str, message: dict[str, Any], reason: str) -> None:
    with pytest.raises(ClientError, match=reason):
        engine.client("sqs").send_message(**{"QueueUrl": url, "MessageBody": "m", **message})


@pytest.mark.specification("docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html")
def test_a_batch_fails_entry_by_entry(engine: Any, url: str) -> None:
    sqs = engine.client("sqs")
    entries = [{"Id": "right", "MessageBody": "m"}, {"Id": "long", "MessageBody": "x" * 1025}]
    answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["right"]
    assert [(entry["Id"], entry["SenderFault"]) for entry in answer["Failed"]] == [("long", True)]
    with pytest.raises(ClientError, match="BatchEntryIdsNotDistinct"):
        sqs.send_message_batch(QueueUrl=url, Entries=[entries[0], entries[0]])


@pytest.mark.specification("docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html")
@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"WaitTimeSeconds": 21}, "Must be >= 0 and <= 20"),
        ({"VisibilityTimeout": 43201}, "VisibilityTimeout must be an integer between 0 and 43200"),
        ({"MaxNumberOfMessages": 11}, "Must be between 1 and 10"),
    ],
)
def test_receive_message_refuses(engine: Any, url: str, request_: dict[str, int], reason: str) -> None:
    with pytest.raises(ClientError, match=reason):
        engine.client("sqs").receive_message(QueueUrl=url, **request_)


@pytest.mark.specification("docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html")
def test_a_message_can_be_deleted_twice_and_not_by_nonsense(engine: Any) -> None:
    sqs, (url, _) = engine.client("sqs"), queue(engine, "deleted-twice")
    sqs.send_message(QueueUrl=url, MessageBody="m")
    (message,) = messages(engine, url)
    for _ in range(2):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    entries = [{"Id": "stale", "ReceiptHandle": message["ReceiptHandle"]}, {"Id": "wrong", "ReceiptHandle": "nonsense"}]
    answer = sqs.delete_message_batch(QueueUrl=url, Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["stale"]
    assert [(entry["Id"], entry["Code"]) for entry in answer["Failed"]] == [("wrong", "ReceiptHandleIsInvalid")]
    with pytest.raises(ClientError, match="ReceiptHandleIsInvalid"):
        sqs.delete_message(QueueUrl=url, ReceiptHandle="nonsense")


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html"
)
def test_only_a_message_in_flight_changes_its_visibility(engine: Any) -> None:
    sqs, (url, _) = engine.client("sqs"), queue(engine, "in-flight")
    sqs.send_message(QueueUrl=url, MessageBody="m")
    (message,) = messages(engine, url)
    place = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
    sqs.change_message_visibility(**place, VisibilityTimeout=0)
    with pytest.raises(ClientError, match="MessageNotInflight"):
        sqs.change_message_visibility(**place, VisibilityTimeout=10)
    assert [again["MessageId"] for again in messages(engine, url)] == [message["MessageId"]]


@pytest.mark.specification("docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html")
def test_a_queue_is_purged_once_a_minute(engine: Any) -> None:
    sqs, (url, _) = engine.client("sqs"), queue(engine, "purged")
    sqs.send_message(QueueUrl=url, MessageBody="m")
    # The engine's minute is a second of this clock, in which a busy machine may not come to the second one.
    with pytest.raises(ClientError, match="Only one PurgeQueue operation on purged is allowed every 60 seconds"):
        for _ in range(20):
            sqs.purge_queue(QueueUrl=url)
    assert messages(engine, url) == []
    assert (
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["ApproximateNumberOfMessages"]
        == "0"
    )


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"
)
def test_a_message_that_was_received_too_often_goes_to_the_dead_letter_queue(engine: Any) -> None:
    letters, arn = queue(engine, "too-often-letters")
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    url, source = queue(engine, "too-often", RedrivePolicy=policy, VisibilityTimeout="0")
    engine.client("sqs").send_message(QueueUrl=url, MessageBody="m")
    received = [len(messages(engine, url)) for _ in range(3)]
    assert received == [1, 1, 0]
    answer = engine.client("sqs").receive_message(QueueUrl=letters, MessageSystemAttributeNames=["All"])
    (letter,) = answer["Messages"]
    assert letter["Attributes"]["DeadLetterQueueSourceArn"] == source


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html"
)
def test_a_group_keeps_its_order_and_a_duplicate_is_left_out(engine: Any) -> None:
    sqs = engine.client("sqs")
    url, _ = queue(engine, "ordered.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    with pytest.raises(ClientError, match="MessageGroupId"):
        sqs.send_message(QueueUrl=url, MessageBody="m")
    for body in ("1", "2", "2", "3"):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="a")
    first = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=2)["Messages"]
    assert [message["Body"] for message in first] == ["1", "2"]
    assert messages(engine, url) == []  # the group waits for what is in flight
    for message in first:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert [message["Body"] for message in eventually(lambda: messages(engine, url))] == ["3"]
