"""Topics and subscriptions: which kinds and attributes are executed, and what is not valid.

docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from slipway.engine import adapter
from slipway.engine.mend.sns import filters

_SERVICE = "services.sns"
_PROTOCOLS = ("email", "email-json", "lambda", "sqs")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
_OF_TOPICS = ("DisplayName", "KmsMasterKeyId", "MaximumMessageSize", "Policy", "SignatureVersion", "TracingConfig")
_OF_SUBSCRIPTIONS = ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy")
_SIZES = range(1024, 262145)  # AWS goes up to 1 MiB
_LONGEST_SUBJECT = 100

Params = dict[str, Any]
Response = tuple[int, dict[str, str], Any]
Operation = Callable[[Params], Response]


def refusing(reason_of: Callable[[Params], str], operate: Operation) -> Operation:
    """An operation that answers InvalidParameter when `reason_of` its parameters is not empty."""

    def checked(params: Params) -> Response:
        reason = reason_of(params)
        return refused("InvalidParameter", f"Invalid parameter: {reason}") if reason else operate(params)

    return checked


def refused(code: str, message: str, status: int = 400) -> Response:
    """An error of SNS's."""
    response: Response = adapter.part(_SERVICE)._error(code, message, status)
    return response


def value(params: Params, name: str) -> str:
    """A parameter of the Query protocol, empty when it is absent."""
    return str(adapter.part(_SERVICE)._p(params, name) or "")


def _attributes(params: Params) -> Iterator[tuple[str, str]]:
    number = 1
    while name := value(params, f"Attributes.entry.{number}.key"):
        yield name, value(params, f"Attributes.entry.{number}.value")
        number += 1


def new_topic(params: Params) -> str:
    """Why CreateTopic cannot do as it is told."""
    name, attributes = value(params, "Name"), dict(_attributes(params))
    if name.endswith(".fifo") or attributes.get("FifoTopic") == "true":
        return f"FIFO topics are not executed here, as {name} is; a standard topic is"
    if not _NAME.fullmatch(name):
        return "Topic Name"
    if value(params, "DataProtectionPolicy"):
        return "DataProtectionPolicy is not executed here"
    attributes.pop("FifoTopic", None)
    return next(filter(None, (_topic_attribute(*attribute) for attribute in attributes.items())), "")


def topic_attribute(params: Params) -> str:
    """Why SetTopicAttributes cannot do as it is told."""
    return _topic_attribute(value(params, "AttributeName"), value(params, "AttributeValue"))


def _topic_attribute(name: str, text: str) -> str:
    if name not in _OF_TOPICS:
        return f"the topic attribute {name} is not executed here: {', '.join(_OF_TOPICS)} are"
    if name == "MaximumMessageSize" and not (text.isdigit() and int(text) in _SIZES):
        return f"a MaximumMessageSize of {text} is not executed here: {_SIZES.start} to {_SIZES.stop - 1} are"
    if name == "TracingConfig" and text not in ("PassThrough", "Active"):
        return "TracingConfig"
    return "Policy Error: null" if name == "Policy" and not _is_object(text) else ""


def new_subscription(params: Params) -> str:
    """Why Subscribe cannot do as it is told."""
    protocol, endpoint = value(params, "Protocol"), value(params, "Endpoint")
    if protocol not in _PROTOCOLS:
        return f"the protocol {protocol} is not executed here: {', '.join(_PROTOCOLS)} are"
    if protocol == "sqs" and endpoint.endswith(".fifo"):
        return "FIFO SQS Queues can not be subscribed to standard SNS topics"
    if protocol.startswith("email") and "@" not in endpoint:
        return "Email address"
    wanted = dict(_attributes(params))
    scope = wanted.get("FilterPolicyScope", filters.SCOPES[0])
    reasons = (_subscription_attribute(name, text, protocol, scope) for name, text in wanted.items())
    return next(filter(None, reasons), "") or _differs(value(params, "TopicArn"), protocol, endpoint, wanted)


def subscription_attribute(params: Params) -> str:
    """Why SetSubscriptionAttributes cannot do as it is told."""
    sns, arn = adapter.part(_SERVICE), value(params, "SubscriptionArn")
    subscription = sns._find_subscription(sns._sub_arn_to_topic.get(arn), arn)
    if subscription is None:
        return ""  # MiniStack says that it does not exist
    scope = subscription["attributes"].get("FilterPolicyScope", filters.SCOPES[0])
    name, text = value(params, "AttributeName"), value(params, "AttributeValue")
    return _subscription_attribute(name, text, subscription["protocol"], scope)


def _subscription_attribute(name: str, text: str, protocol: str, scope: str) -> str:
    reason = ""
    if name not in _OF_SUBSCRIPTIONS:
        reason = f"the subscription attribute {name} is not executed here: {', '.join(_OF_SUBSCRIPTIONS)} are"
    elif name == "RawMessageDelivery" and text.lower() not in ("true", "false"):
        reason = f"Attributes Reason: RawMessageDelivery: Invalid value [{text}]. Must be true or false."
    elif name == "RawMessageDelivery" and text == "true" and protocol != "sqs":
        reason = f"Attributes Reason: Delivery protocol [{protocol}] does not support raw message delivery."
    elif name == "FilterPolicyScope" and text not in filters.SCOPES:
        reason = f"FilterPolicyScope: Invalid value [{text}]. Please use either MessageBody or MessageAttributes"
    elif name == "FilterPolicy" and text:
        reason = filters.refusal(text, scope)
    elif name == "RedrivePolicy" and text:
        reason = _redrive(text)
    return reason


def _redrive(text: str) -> str:
    arn = json.loads(text).get("deadLetterTargetArn", "") if _is_object(text) else ""
    if not arn.startswith("arn:") or arn.split(":")[2] != "sqs":
        return "RedrivePolicy: deadLetterTargetArn is an invalid arn"
    return (
        "RedrivePolicy: the dead-letter queue of a standard topic is a standard queue" if arn.endswith(".fifo") else ""
    )


def redrive_policy(params: Params) -> str:
    """The redrive policy that a request sets, empty when it sets none or one that is not valid."""
    single = value(params, "AttributeValue") if value(params, "AttributeName") == "RedrivePolicy" else ""
    text = single or dict(_attributes(params)).get("RedrivePolicy", "")
    return text if text and not _redrive(text) else ""


def _differs(topic_arn: str, protocol: str, endpoint: str, wanted: dict[str, str]) -> str:
    """A subscription that is there already stays as it is, so it may not be asked to be another."""
    topic = adapter.part(_SERVICE)._topic_by_arn_any_scope(topic_arn)
    for there in topic["subscriptions"] if topic else []:
        same = (there["protocol"], there["endpoint"]) == (protocol, endpoint)
        if same and any(there["attributes"].get(name) != text for name, text in wanted.items()):
            return "Attributes Reason: Subscription already exists with different attributes"
    return ""


def message(params: Params) -> str:
    """Why Publish cannot do as it is told."""
    subject, text = value(params, "Subject"), value(params, "Message")
    target = value(params, "TopicArn") or value(params, "TargetArn")
    if value(params, "PhoneNumber") or ":endpoint/" in target:
        return "messages to phones and mobile applications are not executed here: to topics they are"
    if not text:
        return "Empty message"
    if len(subject) > _LONGEST_SUBJECT or any(ord(character) < 32 for character in subject):
        return "Subject"
    if value(params, "MessageStructure") == "json":
        return _structure(text)
    topic = adapter.part(_SERVICE)._topic_by_arn_any_scope(target)
    limit = int((topic or {}).get("attributes", {}).get("MaximumMessageSize", 0))
    return f"Message too long. Maximum size is {limit} bytes." if 0 < limit < len(text.encode()) else ""


def _structure(text: str) -> str:
    """docs.aws.amazon.com/sns/latest/api/API_Publish.html, MessageStructure."""
    if not _is_object(text):
        return "Message Structure - JSON message body failed to parse"
    if not isinstance(json.loads(text).get("default"), str):
        return "Message Structure - No default entry in JSON message body"
    return ""


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
