"""What SNS's types have in common: attributes are texts, policies among them as JSON.

docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from slipway.engine.resource import ResourceCall
from slipway.engine.resource_properties import text_of

MISSING = ("NotFound", "NotFoundException")
_NOT_DELIVERED = ("application", "firehose", "http", "https", "sms")


def client(call: ResourceCall) -> Any:
    """SNS's client of whoever makes the change."""
    return call.caller.client("sns")


def attributes(properties: dict[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Properties as SNS has them: texts, policies as JSON."""
    return {name: text_of(properties[name]) for name in names if name in properties}


def differences(call: ResourceCall, defaults: dict[str, str]) -> dict[str, str]:
    """The attributes that an update sets; one that was taken out gets its default."""
    old, new = (attributes(properties, defaults) for properties in (call.old_properties, call.properties))
    return {name: new.get(name, defaults[name]) for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def protocols_not_executed(subscription: dict[str, Any]) -> Iterator[str]:
    """What the engine would not execute of a subscription."""
    if subscription.get("Protocol") in _NOT_DELIVERED:
        yield f"Protocol {subscription['Protocol']}: messages go to queues and functions"
