"""Which notification configurations a bucket takes."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway.engine.mend.s3_notifications.configuration import matches
from tests.engine.mend.account import function, queue

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html"
)


def configure(engine: Any, bucket: str, **configuration: Any) -> None:
    engine.client("s3").put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)


@pytest.mark.parametrize("kind", ["Queue", "Topic", "LambdaFunction"])
def test_a_destination_that_does_not_let_the_bucket_in_is_refused(engine: Any, kind: str) -> None:
    bucket = f"closed-{kind.lower()}"
    engine.client("s3").create_bucket(Bucket=bucket)
    arns = {
        "Queue": lambda: queue(engine, bucket)[1],
        "Topic": lambda: engine.client("sns").create_topic(Name=bucket)["TopicArn"],
        "LambdaFunction": lambda: function(engine, bucket, "def handler(event, context): pass\n"),
    }
    arn = arns[kind]()
    member = "LambdaFunctionArn" if kind == "LambdaFunction" else f"{kind}Arn"
    wanted = {f"{kind}Configurations": [{member: arn, "Events": ["s3:ObjectCreated:*"]}]}
    with pytest.raises(ClientError, match=f"Unable to validate the following destination configurations: {arn}"):
        configure(engine, bucket, **wanted)
    assert f"{kind}Configurations" not in engine.client("s3").get_bucket_notification_configuration(Bucket=bucket)


@pytest.mark.specification(
    "docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html"
)
@pytest.mark.parametrize("event", ["s3:Replication:*", "s3:LifecycleExpiration:Delete"])
def test_an_event_that_never_comes_is_refused(engine: Any, event: str) -> None:
    engine.client("s3").create_bucket(Bucket="of-events")
    _, arn = queue(engine, "of-events")
    with pytest.raises(ClientError, match=f"The event {event.replace('*', '.')} is not executed here"):
        configure(engine, "of-events", QueueConfigurations=[{"QueueArn": arn, "Events": [event]}])


@pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html")
@pytest.mark.parametrize(
    ("first", "second", "taken"),
    [
        ({"prefix": "a/"}, {"prefix": "a/b/"}, False),
        ({"suffix": ".csv"}, {"prefix": "in/"}, False),
        ({"prefix": "a/", "suffix": ".csv"}, {"prefix": "a/", "suffix": ".json"}, True),
        ({"prefix": "a/"}, {"prefix": "b/"}, True),
    ],
)
def test_two_configurations_may_not_mean_the_same_object(
    engine: Any, first: dict[str, str], second: dict[str, str], taken: bool
) -> None:
    engine.client("s3").create_bucket(Bucket="overlapping")
    url, arn = queue(engine, "overlapping")
    statement = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]}'
    engine.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": statement})
    wanted = [
        {
            "QueueArn": arn,
            "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": name, "Value": value} for name, value in rules.items()]}},
        }
        for rules in (first, second)
    ]
    if taken:
        configure(engine, "overlapping", QueueConfigurations=wanted)
        return
    with pytest.raises(ClientError, match=r"Configuration is ambiguously defined\. Cannot have overlapping suffixes"):
        configure(engine, "overlapping", QueueConfigurations=wanted)


def test_events_are_meant_one_by_one_or_as_a_family() -> None:
    assert matches("s3:ObjectCreated:Put", "s3:ObjectCreated:*")
    assert matches("s3:ObjectCreated:Put", "s3:ObjectCreated:Put")
    assert not matches("s3:ObjectCreated:Put", "s3:ObjectCreated:Copy")
    assert not matches("s3:ObjectCreatedElsewhere:Put", "s3:ObjectCreated:*")
