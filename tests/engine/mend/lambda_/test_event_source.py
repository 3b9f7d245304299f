"""Queues as event sources."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.mend.lambda_.event_source import batches_at_a_time, failed_items, record_of
from tests.engine.mend.account import eventually, function, log, queue

pytestmark = pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/with-sqs.html")

READS = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
PARTIAL = """
def handler(event, context):
    failures = []
    for record in event["Records"]:
        print("body", record["body"])
        if record["body"] == "bad":
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
"""


@given(st.sets(st.text(min_size=1), min_size=1), st.data())
def test_a_partial_response_fails_what_it_names(everything: set[str], data: st.DataObject) -> None:
    named = data.draw(st.sets(st.sampled_from(sorted(everything))))
    body = {"batchItemFailures": [{"itemIdentifier": name} for name in named]}
    assert failed_items(body, everything) == named


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("text", id="no object"),
        pytest.param({"batchItemFailures": "x"}, id="no list"),
        pytest.param({"batchItemFailures": ["x"]}, id="no objects"),
        pytest.param({"batchItemFailures": [{"itemIdentifier": "stranger"}]}, id="an unknown message"),
        pytest.param({"batchItemFailures": [{}]}, id="no identifier"),
    ],
)
def test_an_unreadable_partial_response_fails_the_whole_batch(body: Any) -> None:
    assert failed_items(body, {"a", "b"}) == {"a", "b"}


@pytest.mark.parametrize("body", [None, {}, {"batchItemFailures": []}])
def test_an_empty_partial_response_is_success(body: Any) -> None:
    assert failed_items(body, {"a"}) == set()


def test_a_record_has_the_names_that_functions_read() -> None:
    message = {
        "MessageId": "m",
        "ReceiptHandle": "r",
        "Body": "b",
        "MD5OfBody": "5",
        "MessageAttributes": {"kind": {"DataType": "Binary", "BinaryValue": b"\x00"}},
    }
    record = record_of(message, "arn:aws:sqs:us-east-1:1:q", "us-east-1")
    assert record["eventSource"] == "aws:sqs"
    assert record["messageAttributes"] == {"kind": {"dataType": "Binary", "binaryValue": "AA=="}}


def test_a_queue_is_read_under_the_functions_role_and_failures_stay_in_it(engine: Any) -> None:
    url, arn = queue(engine, "source", VisibilityTimeout="30")
    reads = {"Effect": "Allow", "Action": READS, "Resource": arn}
    function(engine, "reader", PARTIAL, [reads])
    engine.client("lambda").create_event_source_mapping(
        EventSourceArn=arn, FunctionName="reader", FunctionResponseTypes=["ReportBatchItemFailures"]
    )
    for body in ("good", "bad"):
        engine.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    assert eventually(lambda: {"body good", "body bad"} <= set(log(engine, "/aws/lambda/reader")))

    def left() -> bool:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = engine.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return [attributes[name] for name in names] == ["0", "1"]

    assert eventually(left)


def test_a_mapping_is_refused_when_the_role_may_not_read_the_queue(engine: Any) -> None:
    _, arn = queue(engine, "locked")
    function(engine, "powerless", PARTIAL)
    message = "The function execution role does not have permissions to call ReceiveMessage on SQS"
    with pytest.raises(ClientError, match=message):
        engine.client("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName="powerless")


def test_a_mapping_of_a_stream_is_refused_by_name(engine: Any) -> None:
    function(engine, "streams", PARTIAL)
    stream = "arn:aws:kinesis:us-east-1:111122223333:stream/s"
    with pytest.raises(ClientError, match=f"EventSourceArn {stream} is not executed here"):
        engine.client("lambda").create_event_source_mapping(
            EventSourceArn=stream, FunctionName="streams", StartingPosition="LATEST"
        )


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html")
def test_a_slow_batch_does_not_hold_up_the_next_one(engine: Any) -> None:
    source = (
        "import pathlib, time\n\ndef handler(event, context):\n    folder = pathlib.Path(event['Records'][0]['body'])\n"
        "    (folder / context.aws_request_id).touch()\n"
        "    while len(list(folder.iterdir())) < 2:\n        time.sleep(0.01)\n"
    )
    statement = {"Effect": "Allow", "Action": READS, "Resource": "*"}
    function(engine, "slow-batches", source, [statement], Timeout=20)
    url, arn = queue(engine, "slow-batches")
    folder = engine.home / "slow-batches"
    folder.mkdir()
    engine.client("lambda").create_event_source_mapping(FunctionName="slow-batches", EventSourceArn=arn, BatchSize=1)
    for _ in range(2):
        engine.client("sqs").send_message(QueueUrl=url, MessageBody=str(folder))
    assert eventually(lambda: len(list(folder.iterdir())) == 2)


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html")
@pytest.mark.parametrize(
    ("mapping", "batches"),
    [
        pytest.param({"EventSourceArn": "arn:aws:sqs:r:a:q"}, 5, id="a queue"),
        pytest.param({"EventSourceArn": "arn:aws:sqs:r:a:q.fifo"}, 1, id="a queue that keeps its order"),
        pytest.param(
            {"EventSourceArn": "arn:aws:sqs:r:a:q", "ScalingConfig": {"MaximumConcurrency": 2}}, 2, id="a limit"
        ),
    ],
)
def test_so_many_batches_are_worked_on_beside_each_other(mapping: dict[str, Any], batches: int) -> None:
    assert batches_at_a_time(mapping) == batches
