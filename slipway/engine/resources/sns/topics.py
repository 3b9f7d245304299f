"""AWS::SNS::Topic.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import (
    already_exists,
    changed,
    is_there,
    known_objects,
    or_removed,
    tag_change,
    tag_list,
    tags_of,
)
from slipway.engine.resources.sns.common import MISSING, attributes, client, differences, protocols_not_executed

_NAME_LENGTH = 256
# What an attribute goes back to when its property is taken out of the template.
_DEFAULTS = {
    "DisplayName": "",
    "KmsMasterKeyId": "",
    "MaximumMessageSize": "262144",
    "SignatureVersion": "1",
    "TracingConfig": "PassThrough",
}


def create_topic(call: ResourceCall) -> Created:
    """The topic and its subscriptions; a name that is taken is refused, though CreateTopic would take it over."""
    properties, sns = call.properties, client(call)
    name = properties.get("TopicName") or call.physical_name(_NAME_LENGTH)
    if "TopicName" in properties and _exists(sns, call.engine.arn("sns", name)):
        raise already_exists("AWS::SNS::Topic", call.engine.arn("sns", name))
    given = attributes(properties, _DEFAULTS)
    arn = sns.create_topic(Name=name, Attributes=given, Tags=tag_list(tags_of(properties)))["TopicArn"]
    with or_removed(call, arn):
        for subscription in properties.get("Subscription", []):
            sns.subscribe(TopicArn=arn, ReturnSubscriptionArn=True, **subscription)
    return _topic(arn)


def update_topic(call: ResourceCall) -> Created:
    """Attributes that differ, subscriptions and tags."""
    sns, arn = client(call), call.physical_id
    for name, value in differences(call, _DEFAULTS).items():
        sns.set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=value)
    if changed(call, "Subscription"):
        _subscribe_anew(call)
    tags = tag_change(call)
    if tags.set:
        sns.tag_resource(ResourceArn=arn, Tags=tag_list(tags.set))
    if tags.removed:
        sns.untag_resource(ResourceArn=arn, TagKeys=tags.removed)
    return _topic(arn)


def delete_topic(call: ResourceCall) -> None:
    """The topic with its subscriptions; DeleteTopic takes one that is gone."""
    client(call).delete_topic(TopicArn=call.physical_id)


def _exists(sns: Any, arn: str) -> bool:
    return is_there(lambda: sns.get_topic_attributes(TopicArn=arn), *MISSING)


def _topic(arn: str) -> Created:
    return Created(arn, {"TopicArn": arn, "TopicName": arn.rpartition(":")[2]})


def _subscribe_anew(call: ResourceCall) -> None:
    """Subscribe the endpoints that are new in `Subscription`, unsubscribe those that are there no longer."""
    sns, arn = client(call), call.physical_id
    old, new = ([_endpoint(item) for item in p.get("Subscription", [])] for p in (call.old_properties, call.properties))
    for protocol, endpoint in (item for item in new if item not in old):
        sns.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint, ReturnSubscriptionArn=True)
    gone = [item for item in old if item not in new]
    if not gone:
        return
    for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn):
        for subscription in page["Subscriptions"]:
            if _endpoint(subscription) in gone:
                sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])


def _endpoint(subscription: dict[str, str]) -> tuple[str, str]:
    return subscription["Protocol"], subscription["Endpoint"]


def check(properties: dict[str, Any]) -> Iterator[str]:
    """What the engine would not execute of a topic's own subscriptions."""
    for subscription in known_objects(properties.get("Subscription")):
        yield from (f"Subscription.{reason}" for reason in protocols_not_executed(subscription))


_STANDARD = "topics are standard ones"
RESOURCES = {
    "AWS::SNS::Topic": ResourceType(
        create=create_topic,
        update=update_topic,
        delete=delete_topic,
        honours=frozenset({"DisplayName", "KmsMasterKeyId", "MaximumMessageSize", "Subscription", "Tags", "TopicName"}),
        without_effect={
            "SignatureVersion": "messages are not signed",
            "TracingConfig": "no segments are sent",
        },
        refuses={
            "ArchivePolicy": "messages are not archived",
            "ContentBasedDeduplication": _STANDARD,
            "DataProtectionPolicy": "messages are not searched for sensitive data",
            "DeliveryStatusLogging": "deliveries are not logged",
            "FifoThroughputScope": _STANDARD,
            "FifoTopic": _STANDARD,
        },
        check=check,
    )
}
