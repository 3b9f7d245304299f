"""Who may invoke a function from inside: S3 and SNS call Invoke as themselves, so the function's policy decides.

docs.aws.amazon.com/lambda/latest/dg/with-s3.html
docs.aws.amazon.com/lambda/latest/dg/with-sns.html
"""

from __future__ import annotations

import json
import logging
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine import adapter
from slipway.engine.engine import current

logger = logging.getLogger(__name__)


def apply() -> None:
    """Put our deliveries in the places of S3's and SNS's."""
    adapter.replace("services.s3", "_deliver_event_to_lambda", lambda _: from_bucket)
    adapter.replace("services.sns", "_deliver_to_lambda", lambda _: from_topic)


def from_bucket(function_arn: str, event: dict[str, Any], _: str) -> None:
    """An S3 event notification, asynchronous, as s3.amazonaws.com."""
    bucket = event["Records"][0]["s3"]["bucket"]
    invoke("s3.amazonaws.com", f"arn:aws:s3:::{bucket['name']}", function_arn, event)


def from_topic(
    function_arn: str,
    envelope: str,
    topic_arn: str,
    subscription_arn: str,
    *_: Any,
) -> None:
    """An SNS notification, asynchronous, as sns.amazonaws.com."""
    record = {
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription_arn,
        "EventSource": "aws:sns",
        "Sns": json.loads(envelope),
    }
    invoke("sns.amazonaws.com", topic_arn, function_arn, {"Records": [record]})


def invoke(principal: str, source_arn: str, function_arn: str, event: dict[str, Any]) -> None:
    """Invoke asynchronously as the service, in the background; a refusal is in the journal and the engine's log."""
    engine = current()
    engine.spawn(f"{principal} invokes {function_arn}", _invoke, principal, source_arn, function_arn, event)


def _invoke(principal: str, source_arn: str, function_arn: str, event: dict[str, Any]) -> None:
    client = current().as_service(principal, source_arn).client("lambda")
    try:
        client.invoke(FunctionName=function_arn, InvocationType="Event", Payload=json.dumps(event).encode())
    except ClientError as error:
        logger.warning("%s could not invoke %s: %s", principal, function_arn, error)
