"""From a change of an object to whom the bucket's configuration names, durably.

S3 calls as s3.amazonaws.com with the bucket as aws:SourceArn, so the destination's policy decides each time. How long
S3 tries again is not documented; EventBridge's limits stand in.

docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
"""

from __future__ import annotations

import itertools
import json
import logging
import secrets
import time
from typing import Any

from slipway.engine import adapter, journal
from slipway.engine.deliveries import GivenUp, Kind, Record, doubling, queue_url
from slipway.engine.engine import Engine, current
from slipway.engine.mend.s3_notifications.change import Change
from slipway.engine.mend.s3_notifications.configuration import PRINCIPAL, wants

KIND = "s3"
RETRIES = 185
AGE_SECONDS = 86400
LONGEST_PAUSE_SECONDS = 900
SUBJECT = "Amazon S3 Notification"
_SERVICE = "services.s3"

# Begun by the clock, so that later is greater after a restart too.
_sequence = itertools.count(time.time_ns() // 1000)

logger = logging.getLogger(__name__)


def declare(engine: Engine) -> None:
    """Say how notifications are delivered."""
    engine.deliveries.declare(KIND, Kind(_send, _give_up, doubling(LONGEST_PAUSE_SECONDS)))


def changed(bucket: str, key: str, event: str, size: int = 0, etag: str = "", *_: Any, **more: Any) -> None:
    """Tell of a change; S3's functions call this, with MiniStack's arguments, before they answer."""
    engine, s3 = current(), adapter.part(_SERVICE)
    if bucket not in s3._bucket_notifications:
        return
    entry = journal.current()
    change = Change(
        bucket=bucket,
        key=key,
        name=event.removeprefix("s3:"),
        region=s3._notification_bucket_region(bucket),
        account=engine.account,
        requester=entry.caller if entry else PRINCIPAL,
        size=size,
        etag=etag.strip('"'),
        version_id=more.get("version_id") or "",
        sequencer=f"{next(_sequence):018X}",
        restored=more.get("restore_event_data") or {},
    )
    for configuration in s3._parse_notification_config(bucket):
        if wants(configuration, event, key):
            _put(engine, configuration, change.bucket_arn, change.record(configuration["id"]))
    if "EventBridgeConfiguration" in s3._bucket_notifications[bucket] and change.detail_type:
        engine.emit("aws.s3", change.detail_type, change.detail(), [change.bucket_arn])


def test_event(bucket: str) -> None:
    """The message that new destinations get first; functions get none."""
    for configuration in adapter.part(_SERVICE)._parse_notification_config(bucket):
        if configuration["type"] != "lambda":
            message = {
                "Service": "Amazon S3",
                "Event": "s3:TestEvent",
                "Time": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
                "Bucket": bucket,
                "RequestId": secrets.token_hex(8).upper(),
                "HostId": secrets.token_hex(16),
            }
            _put(current(), configuration, f"arn:aws:s3:::{bucket}", message)


def _put(engine: Engine, configuration: dict[str, Any], bucket_arn: str, message: dict[str, Any]) -> None:
    record = {"type": configuration["type"], "arn": configuration["arn"], "bucket": bucket_arn, "message": message}
    engine.deliveries.put(KIND, record, retries=RETRIES, seconds=AGE_SECONDS)


def _send(engine: Engine, record: Record) -> None:
    caller, arn, text = engine.as_service(PRINCIPAL, record["bucket"]), record["arn"], json.dumps(record["message"])
    if record["type"] == "lambda":
        caller.client("lambda").invoke(FunctionName=arn, InvocationType="Event", Payload=text.encode())
    elif record["type"] == "sqs":
        caller.client("sqs").send_message(QueueUrl=queue_url(engine, arn), MessageBody=text)
    else:
        caller.client("sns").publish(TopicArn=arn, Message=text, Subject=SUBJECT)


def _give_up(_: Engine, record: Record, given_up: GivenUp) -> None:
    logger.warning("%s could not notify %s: %s", record["bucket"], record["arn"], given_up.failure.message)
