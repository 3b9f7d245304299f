"""Topics, subscriptions and messages: what is refused, and how."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.mend.account import queue

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sns/latest/api/API_Subscribe.html")


@pytest.fixture(scope="module")
def topic(engine: Any) -> str:
    arn: str = engine.client("sns").create_topic(Name="checked")["TopicArn"]
    return arn


@pytest.fixture(scope="module")
def queue_arn(engine: Any) -> str:
    return queue(engine, "checked-subscriber")[1]


@pytest.mark.specification("docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html")
@pytest.mark.parametrize(
    ("topic", "message"),
    [
        pytest.param(
            {"Name": "a.fifo", "Attributes": {"FifoTopic": "true"}}, "FIFO topics are not executed", id="fifo"
        ),
        pytest.param({"Name": "no spaces"}, "Invalid parameter: Topic Name", id="name"),
        pytest.param(
            {"Name": "a", "Attributes": {"ArchivePolicy": "{}"}}, "ArchivePolicy is not executed", id="archive"
        ),
        pytest.param({"Name": "a", "Attributes": {"Policy": "["}}, "Policy Error", id="policy"),
        pytest.param({"Name": "a", "Attributes": {"MaximumMessageSize": "1048576"}}, "1024 to 262144 are", id="size"),
        pytest.param(
            {"Name": "a", "Attributes": {"LambdaFailureFeedbackRoleArn": "r"}}, "FeedbackRoleArn is not", id="feedback"
        ),
    ],
)
def test_create_topic_refuses(engine: Any, topic: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        engine.client("sns").create_topic(**topic)


@pytest.mark.parametrize(
    ("subscription", "message"),
    [
        pytest.param({"Protocol": "sms", "Endpoint": "+1"}, "protocol sms is not executed here", id="sms"),
        pytest.param({"Protocol": "https", "Endpoint": "https://x"}, "protocol https is not executed", id="https"),
        pytest.param({"Protocol": "email", "Endpoint": "x"}, "Email address", id="address"),
        pytest.param(
            {"Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-east-1:111122223333:nowhere"},
            "arn:aws:sqs:us-east-1:111122223333:nowhere does not exist",
            id="no queue",
        ),
        pytest.param(
            {"Protocol": "lambda", "Endpoint": "arn:aws:lambda:us-east-1:111122223333:function:nowhere"},
            "function:nowhere does not exist",
            id="no function",
        ),
        pytest.param(
            {"Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-east-1:111122223333:q.fifo"}, "does not exist", id="fifo"
        ),
        pytest.param(
            {"Protocol": "email", "Endpoint": "a@b", "Attributes": {"RawMessageDelivery": "true"}},
            r"Delivery protocol \[email\] does not support raw message delivery",
            id="raw",
        ),
    ],
)
def test_subscribe_refuses(engine: Any, topic: str, subscription: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        engine.client("sns").subscribe(TopicArn=topic, **subscription)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"FilterPolicy": "{"}, "FilterPolicy: failed to parse JSON"),
        ({"FilterPolicyScope": "Everything"}, r"FilterPolicyScope: Invalid value \[Everything\]"),
        ({"RawMessageDelivery": "perhaps"}, "Must be true or false"),
        ({"RedrivePolicy": '{"deadLetterTargetArn": "x"}'}, "deadLetterTargetArn is an invalid arn"),
        (
            {"RedrivePolicy": '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:111122223333:nowhere"}'},
            "nowhere does not exist",
        ),
        ({"DeliveryPolicy": "{}"}, "subscription attribute DeliveryPolicy is not executed here"),
    ],
)
def test_an_attribute_is_checked_when_it_is_given_and_when_it_is_set(
    engine: Any, topic: str, queue_arn: str, attributes: dict[str, str], message: str
) -> None:
    sns = engine.client("sns")
    with pytest.raises(ClientError, match=message):
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn, Attributes=attributes)
    arn = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)["SubscriptionArn"]
    ((name, value),) = attributes.items()
    with pytest.raises(ClientError, match=message):
        sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName=name, AttributeValue=value)


def test_a_subscription_that_is_there_cannot_be_asked_to_be_another(engine: Any, topic: str, queue_arn: str) -> None:
    sns = engine.client("sns")
    first = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)["SubscriptionArn"]
    assert sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)["SubscriptionArn"] == first
    with pytest.raises(ClientError, match="Subscription already exists with different attributes"):
        sns.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=queue_arn, Attributes={"FilterPolicy": '{"other": ["x"]}'}
        )


@pytest.mark.specification("docs.aws.amazon.com/sns/latest/api/API_Publish.html")
@pytest.mark.parametrize(
    ("message", "reason"),
    [
        pytest.param({"Message": ""}, "Empty message", id="empty"),
        pytest.param({"Message": "m", "Subject": "x" * 101}, "Invalid parameter: Subject", id="long subject"),
        pytest.param({"Message": "m", "Subject": "a\nb"}, "Invalid parameter: Subject", id="two lines"),
        pytest.param({"Message": "m", "MessageStructure": "json"}, "JSON message body failed to parse", id="no JSON"),
        pytest.param({"Message": '{"sqs": "m"}', "MessageStructure": "json"}, "No default entry", id="no default"),
        pytest.param({"Message": "x" * 262145}, "Message too long", id="long"),
    ],
)
def test_publish_refuses(engine: Any, topic: str, message: dict[str, str], reason: str) -> None:
    with pytest.raises(ClientError, match=reason):
        engine.client("sns").publish(TopicArn=topic, **message)


@pytest.mark.specification("docs.aws.amazon.com/sns/latest/api/API_Publish.html")
def test_publish_to_a_phone_is_refused_by_name(engine: Any) -> None:
    with pytest.raises(ClientError, match="messages to phones and mobile applications are not executed here"):
        engine.client("sns").publish(PhoneNumber="+15550100", Message="m")
