"""What CreateEventSourceMapping refuses."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.mend.account import ACCOUNT, function, queue

pytestmark = pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html")
READ = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
ECHO = "def handler(event, context):\n    return event\n"


@pytest.fixture(scope="module")
def name(engine: Any) -> str:
    function(engine, "mapped", ECHO, [READ], Timeout=40)
    return "mapped"


@pytest.mark.parametrize(
    ("attributes", "request_", "message"),
    [
        pytest.param(
            {}, {}, "Queue visibility timeout: 30 seconds is less than Function timeout: 40 seconds", id="visibility"
        ),
        pytest.param(
            {"VisibilityTimeout": "60"},
            {"BatchSize": 11},
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
            id="a large batch without a window",
        ),
        pytest.param(
            {"VisibilityTimeout": "60"},
            {"StartingPosition": "LATEST"},
            "StartingPosition is not executed here for an Amazon SQS queue",
            id="a stream's parameter",
        ),
    ],
)
def test_a_mapping_is_refused(
    engine: Any, name: str, attributes: dict[str, str], request_: dict[str, Any], message: str
) -> None:
    _, arn = queue(engine, f"refused-{len(attributes)}-{len(request_)}-{len(message)}", **attributes)
    with pytest.raises(ClientError) as caught:
        engine.client("lambda").create_event_source_mapping(FunctionName=name, EventSourceArn=arn, **request_)
    assert caught.value.response["Error"]["Message"] == message


def test_a_queue_that_is_not_there_is_refused(engine: Any, name: str) -> None:
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:nowhere"
    with pytest.raises(ClientError, match="NonExistentQueue"):
        engine.client("lambda").create_event_source_mapping(FunctionName=name, EventSourceArn=arn)


def test_a_second_mapping_of_the_same_queue_is_refused(engine: Any, name: str) -> None:
    _, arn = queue(engine, "mapped-once", VisibilityTimeout="60")
    client = engine.client("lambda")
    first = client.create_event_source_mapping(FunctionName=name, EventSourceArn=arn, Enabled=False)
    with pytest.raises(ClientError, match=f"update or delete the existing mapping with UUID {first['UUID']}"):
        client.create_event_source_mapping(FunctionName=name, EventSourceArn=arn)


def test_a_fifo_queue_has_no_batching_window(engine: Any, name: str) -> None:
    _, arn = queue(engine, "mapped.fifo", VisibilityTimeout="60", FifoQueue="true")
    with pytest.raises(ClientError, match="Batching window is not supported for FIFO queues"):
        engine.client("lambda").create_event_source_mapping(
            FunctionName=name, EventSourceArn=arn, MaximumBatchingWindowInSeconds=1
        )
