"""S3's and SNS's notifications: docs.aws.amazon.com/sns/latest/api, docs.aws.amazon.com/AmazonS3/latest/userguide."""

import json
from typing import Any

from tests.engine.refusals.attempt import NAME, QUEUE, TOPIC, Attempt, call

SNS = "sns"
GONE = f"{QUEUE}-gone"
APPLICATION = "arn:aws:sns:us-east-1:111122223333:endpoint/GCM/app/1"
PHONES = "messages to phones and mobile applications are not executed"


def subscription(item: str, says: str, **members: Any) -> Attempt:
    given = {"TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": QUEUE, **members}
    return call(item, says, SNS, "subscribe", **given)


def notification(item: str, says: str, event: str) -> Attempt:
    configuration = {"QueueConfigurations": [{"QueueArn": QUEUE, "Events": [event]}]}
    return call(
        item,
        says,
        "s3",
        "put_bucket_notification_configuration",
        Bucket=NAME,
        NotificationConfiguration=configuration,
    )


ATTEMPTS = (
    call("FIFO topics", "FIFO", SNS, "create_topic", Name=f"{NAME}.fifo", Attributes={"FifoTopic": "true"}),
    subscription("other protocols", "firehose", Protocol="firehose", Endpoint="arn:aws:firehose:us-east-1:1:stream/a"),
    call("messages to phones", PHONES, SNS, "publish", PhoneNumber="+4930123456", Message="hello"),
    call("messages to mobile applications", PHONES, SNS, "publish", TargetArn=APPLICATION, Message="hello"),
    call(
        "other attributes of topics",
        "DeliveryPolicy",
        SNS,
        "set_topic_attributes",
        TopicArn=TOPIC,
        AttributeName="DeliveryPolicy",
        AttributeValue="{}",
    ),
    subscription(
        "other attributes of subscriptions",
        "DeliveryPolicy",
        Attributes={"DeliveryPolicy": json.dumps({"guaranteed": True})},
    ),
    call("messages above 256 KiB", "Message too long", SNS, "publish", TopicArn=TOPIC, Message="x" * (256 * 1024 + 1)),
    subscription("subscribers that are not there", GONE, Endpoint=GONE),
    subscription(
        "dead-letter queues that are not there",
        GONE,
        Attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": GONE})},
    ),
    notification("other S3 events", "s3:IntelligentTiering", "s3:IntelligentTiering"),
)
