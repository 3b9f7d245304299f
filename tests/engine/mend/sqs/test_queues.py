"""Which queues can be made, and changed into what."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.mend.account import queue

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"
)

GONE = "arn:aws:sqs:us-east-1:111122223333:gone"


@pytest.mark.parametrize(
    ("name", "attributes", "message"),
    [
        pytest.param("a b", {}, "Can only include alphanumeric characters, hyphens, or underscores", id="name"),
        pytest.param("x" * 81, {}, "1 to 80 in length", id="long name"),
        pytest.param("a.fifo", {}, "Can only include alphanumeric characters", id="a FIFO queue's name alone"),
        pytest.param("a", {"FifoQueue": "true"}, "must end with .fifo suffix", id="a FIFO queue's attribute alone"),
        pytest.param("a", {"FifoQueue": "false"}, "Unknown Attribute FifoQueue", id="no FIFO queue"),
        pytest.param("a", {"QueueArn": "a"}, "Unknown Attribute QueueArn", id="attribute"),
        pytest.param("a", {"ContentBasedDeduplication": "true"}, "Unknown Attribute Content", id="FIFO's attribute"),
        pytest.param(
            "a", {"VisibilityTimeout": "43201"}, "Invalid value for the parameter VisibilityTimeout", id="range"
        ),
        pytest.param(
            "a",
            {
                "RedrivePolicy": f'{{"deadLetterTargetArn": "{GONE}", "maxReceiveCount": 1}}',
            },
            "for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.",
            id="dead-letter queue that is not there",
        ),
    ],
)
def test_create_queue_refuses(engine: Any, name: str, attributes: dict[str, str], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        engine.client("sqs").create_queue(QueueName=name, Attributes=attributes)


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"
)
def test_a_dead_letter_queue_is_of_the_same_kind_and_lets_its_sources_in(engine: Any) -> None:
    sqs = engine.client("sqs")
    _, fifo = queue(engine, "letters.fifo", FifoQueue="true")
    permission = json.dumps(
        {"redrivePermission": "byQueue", "sourceQueueArns": ["arn:aws:sqs:us-east-1:111122223333:this"]}
    )
    _, named = queue(engine, "letters-of-this", RedriveAllowPolicy=permission)

    def policy(arn: str) -> dict[str, str]:
        return {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})}

    with pytest.raises(ClientError, match="Dead-letter queue must be same type of queue as the source"):
        sqs.create_queue(QueueName="of-another-kind", Attributes=policy(fifo))
    url, _ = queue(engine, "other")
    with pytest.raises(ClientError, match="does not allow this queue to use it"):
        sqs.set_queue_attributes(QueueUrl=url, Attributes=policy(named))
    sqs.create_queue(QueueName="this", Attributes=policy(named))


@pytest.mark.specification("docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html")
def test_a_queue_stays_of_its_kind(engine: Any) -> None:
    url, _ = queue(engine, "stays")
    with pytest.raises(ClientError, match="Unknown Attribute FifoQueue"):
        engine.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"FifoQueue": "true"})
