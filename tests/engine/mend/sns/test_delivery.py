"""From Publish to the subscribers: whose policies decide, what they get, where it goes when they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipway.engine.mend.sns.delivery import pause
from tests.engine.mend.account import eventually, function, journal, let_in, log, messages, queue, summed

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html")

PRINCIPAL = "sns.amazonaws.com"


def subscribed(engine: Any, name: str, *, open_to_topic: bool = True, **attributes: str) -> tuple[str, str]:
    """A topic with a queue behind it; the topic's ARN and the queue's URL."""
    sns = engine.client("sns")
    topic = sns.create_topic(Name=name)["TopicArn"]
    url, arn = queue(engine, name)
    if open_to_topic:
        let_in(engine, url, arn, PRINCIPAL, topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
    return topic, url


def bodies(engine: Any, url: str) -> list[str]:
    return [message["Body"] for message in eventually(lambda: messages(engine, url))]


def test_a_queue_gets_the_notification(engine: Any) -> None:
    topic, url = subscribed(engine, "enveloped")
    attributes = {"kind": {"DataType": "String", "StringValue": "x"}}
    published = engine.client("sns").publish(TopicArn=topic, Message="m", Subject="s", MessageAttributes=attributes)
    told = json.loads(bodies(engine, url)[0])
    assert {name: told[name] for name in ("Type", "MessageId", "TopicArn", "Subject", "Message")} == {
        "Type": "Notification",
        "MessageId": published["MessageId"],
        "TopicArn": topic,
        "Subject": "s",
        "Message": "m",
    }
    assert told["MessageAttributes"] == {"kind": {"Type": "String", "Value": "x"}}
    assert {"Timestamp", "SignatureVersion", "Signature", "SigningCertURL", "UnsubscribeURL"} <= set(told)
    sent = [call for call in journal(engine) if call["operation"] == "SendMessage" and call["caller"] == PRINCIPAL]
    assert sent


@pytest.mark.specification("docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html")
def test_a_raw_message_keeps_its_attributes(engine: Any) -> None:
    topic, url = subscribed(engine, "raw", RawMessageDelivery="true")
    attributes = {"kind": {"DataType": "String", "StringValue": "x"}}
    engine.client("sns").publish(TopicArn=topic, Message="m", MessageAttributes=attributes)
    (message,) = eventually(lambda: messages(engine, url))
    assert (message["Body"], message["MessageAttributes"]["kind"]["StringValue"]) == ("m", "x")


@pytest.mark.specification("docs.aws.amazon.com/sns/latest/dg/sns-message-filtering-scope.html")
@pytest.mark.parametrize(("scope", "name"), [("MessageAttributes", "by-attribute"), ("MessageBody", "by-body")])
def test_a_filter_looks_at_its_scope(engine: Any, scope: str, name: str) -> None:
    policy = json.dumps({"kind": ["wanted", {"prefix": "also-"}]})
    topic, url = subscribed(engine, name, FilterPolicy=policy, FilterPolicyScope=scope)
    for kind in ("unwanted", "also-this"):
        attributes = {"kind": {"DataType": "String", "StringValue": kind}}
        engine.client("sns").publish(TopicArn=topic, Message=json.dumps({"kind": kind}), MessageAttributes=attributes)
    assert [json.loads(json.loads(body)["Message"])["kind"] for body in bodies(engine, url)] == ["also-this"]


def test_each_protocol_gets_its_own_message(engine: Any) -> None:
    topic, url = subscribed(engine, "structured", RawMessageDelivery="true")
    text = json.dumps({"default": "d", "sqs": "for queues"})
    engine.client("sns").publish(TopicArn=topic, Message=text, MessageStructure="json")
    assert bodies(engine, url) == ["for queues"]


@pytest.mark.specification("docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html")
def test_what_a_queue_refuses_goes_to_the_dead_letter_queue(engine: Any) -> None:
    letters, letters_arn = queue(engine, "sns-letters")
    policy = json.dumps({"deadLetterTargetArn": letters_arn})
    topic, url = subscribed(engine, "queue-closed-to-a-topic", open_to_topic=False, RedrivePolicy=policy)
    let_in(engine, letters, letters_arn, PRINCIPAL, topic)
    engine.client("sns").publish(TopicArn=topic, Message="refused")
    assert json.loads(bodies(engine, letters)[0])["Message"] == "refused"
    assert messages(engine, url) == []
    for metric in ("MessagesPublished", "NotificationsFailed", "NotificationsRedrivenToDlq"):
        assert summed(engine, "AWS/SNS", f"NumberOf{metric}", TopicName="queue-closed-to-a-topic") == 1.0


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/with-sns.html")
def test_a_function_is_invoked_once_its_policy_lets_the_topic_in(engine: Any) -> None:
    source = "import json\ndef handler(event, context):\n    print('GOT ' + json.dumps(event['Records'][0]))\n"
    arn = function(engine, "from-topic", source)
    topic = engine.client("sns").create_topic(Name="to-function")["TopicArn"]
    subscription = engine.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)["SubscriptionArn"]
    engine.client("sns").publish(TopicArn=topic, Message="too early")

    def refusals() -> list[dict[str, Any]]:
        calls = [call for call in journal(engine) if call["caller"] == PRINCIPAL and call["service"] == "lambda"]
        return [call for call in calls if call["status"] == 403]

    assert eventually(refusals)
    engine.client("lambda").add_permission(
        FunctionName="from-topic",
        StatementId="in",
        Action="lambda:InvokeFunction",
        Principal=PRINCIPAL,
        SourceArn=topic,
    )
    engine.client("sns").publish(TopicArn=topic, Message="m")
    (line,) = eventually(lambda: [line for line in log(engine, "/aws/lambda/from-topic") if line.startswith("GOT")])
    record = json.loads(line.removeprefix("GOT "))
    assert (record["EventSource"], record["EventVersion"]) == ("aws:sns", "1.0")
    assert record["EventSubscriptionArn"] == subscription
    assert (record["Sns"]["Message"], record["Sns"]["Subject"], record["Sns"]["MessageAttributes"]) == ("m", None, {})
    assert {"SigningCertUrl", "UnsubscribeUrl"} <= set(record["Sns"])


@pytest.mark.specification("docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html")
def test_retries_follow_the_policy_for_endpoints_of_aws() -> None:
    assert [pause(number) for number in (0, 2, 3, 4, 5, 14, 15, 100_000)] == [0, 0, 1, 1, 1, 20, 20, 20]
