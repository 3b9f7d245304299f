"""AWS::SNS: topics, subscriptions and topic policies.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SNS.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import (
    already_exists,
    changed,
    gone_is_fine,
    is_there,
    or_removed,
    tag_change,
    tag_list,
    tags_of,
    text_of,
)

_NAME_LENGTH = 256
_FIFO = ".fifo"
_MISSING = ("NotFound", "NotFoundException")

# What an attribute goes back to when its property is taken out of the template.
# docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
_TOPIC_DEFAULTS = {
    "ContentBasedDeduplication": "false",
    "DisplayName": "",
    "FifoThroughputScope": "Topic",
    "KmsMasterKeyId": "",
    "SignatureVersion": "1",
    "TracingConfig": "PassThrough",
}
# docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
_SUBSCRIPTION_DEFAULTS = {
    "FilterPolicy": "{}",
    "FilterPolicyScope": "MessageAttributes",
    "RawMessageDelivery": "false",
}


def create_topic(call: ResourceCall) -> Created:
    """The topic and its subscriptions; a name that is taken is refused, though CreateTopic would take it over."""
    properties, client = call.properties, _client(call)
    name = properties.get("TopicName") or _generated_name(call)
    if "TopicName" in properties and _exists(client, call.engine.arn("sns", name)):
        raise already_exists("AWS::SNS::Topic", call.engine.arn("sns", name))
    fifo = {"FifoTopic": "true"} if properties.get("FifoTopic") else {}
    attributes = _attributes(properties, _TOPIC_DEFAULTS) | fifo
    arn = client.create_topic(Name=name, Attributes=attributes, Tags=tag_list(tags_of(properties)))["TopicArn"]
    with or_removed("SNS", arn):
        for subscription in properties.get("Subscription", []):
            client.subscribe(TopicArn=arn, ReturnSubscriptionArn=True, **subscription)
    return _topic(arn)


def update_topic(call: ResourceCall) -> Created:
    """Attributes that differ, subscriptions and tags."""
    client, arn = _client(call), call.physical_id
    for name, value in _differences(call, _TOPIC_DEFAULTS).items():
        client.set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=value)
    if changed(call, "Subscription"):
        _subscribe_anew(call)
    tags = tag_change(call)
    if tags.set:
        client.tag_resource(ResourceArn=arn, Tags=tag_list(tags.set))
    if tags.removed:
        client.untag_resource(ResourceArn=arn, TagKeys=tags.removed)
    return _topic(arn)


def delete_topic(call: ResourceCall) -> None:
    """The topic with its subscriptions; DeleteTopic takes one that is gone."""
    _client(call).delete_topic(TopicArn=call.physical_id)


def _client(call: ResourceCall) -> Any:
    return call.caller.client("sns")


def _generated_name(call: ResourceCall) -> str:
    if call.properties.get("FifoTopic"):
        return call.physical_name(_NAME_LENGTH - len(_FIFO)) + _FIFO
    return call.physical_name(_NAME_LENGTH)


def _exists(client: Any, arn: str) -> bool:
    return is_there(lambda: client.get_topic_attributes(TopicArn=arn), *_MISSING)


def _topic(arn: str) -> Created:
    return Created(arn, {"TopicArn": arn, "TopicName": arn.rpartition(":")[2]})


def _attributes(properties: dict[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Properties as SNS has them: texts, policies as JSON."""
    return {name: text_of(properties[name]) for name in names if name in properties}


def _differences(call: ResourceCall, defaults: dict[str, str]) -> dict[str, str]:
    """The attributes that an update sets; one that was taken out gets its default."""
    old, new = (_attributes(properties, defaults) for properties in (call.old_properties, call.properties))
    return {name: new.get(name, defaults[name]) for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def _subscribe_anew(call: ResourceCall) -> None:
    """Subscribe the endpoints that are new in `Subscription`, unsubscribe those that are there no longer."""
    client, arn = _client(call), call.physical_id
    old, new = ([_endpoint(item) for item in p.get("Subscription", [])] for p in (call.old_properties, call.properties))
    for protocol, endpoint in (item for item in new if item not in old):
        client.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint, ReturnSubscriptionArn=True)
    gone = [item for item in old if item not in new]
    if not gone:
        return
    for page in client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn):
        for subscription in page["Subscriptions"]:
            if _endpoint(subscription) in gone:
                client.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])


def _endpoint(subscription: dict[str, str]) -> tuple[str, str]:
    return subscription["Protocol"], subscription["Endpoint"]


def create_subscription(call: ResourceCall) -> Created:
    """Subscribe; an endpoint that has to confirm is on record until it does."""
    properties = call.properties
    endpoint = {"Endpoint": properties["Endpoint"]} if "Endpoint" in properties else {}
    arn = _client(call).subscribe(
        TopicArn=properties["TopicArn"],
        Protocol=properties["Protocol"],
        Attributes=_attributes(properties, _SUBSCRIPTION_DEFAULTS),
        ReturnSubscriptionArn=True,
        **endpoint,
    )["SubscriptionArn"]
    return Created(arn, {"Arn": arn})


def update_subscription(call: ResourceCall) -> Created:
    """Attributes that differ."""
    for name, value in _differences(call, _SUBSCRIPTION_DEFAULTS).items():
        _client(call).set_subscription_attributes(
            SubscriptionArn=call.physical_id, AttributeName=name, AttributeValue=value
        )
    return Created(call.physical_id, {"Arn": call.physical_id})


def delete_subscription(call: ResourceCall) -> None:
    """Unsubscribe; a subscription that went with its topic is fine."""
    with gone_is_fine(*_MISSING):
        _client(call).unsubscribe(SubscriptionArn=call.physical_id)


def put_policy(call: ResourceCall) -> Created:
    """The policy on every topic that is named; topics that are named no longer get the default one back."""
    _set_policy(call, call.properties["Topics"], text_of(call.properties["PolicyDocument"]))
    _reset_policy(call, set(call.old_properties.get("Topics", ())) - set(call.properties["Topics"]))
    reference = call.physical_id or call.physical_name()
    return Created(reference, {"Id": reference})


def delete_policy(call: ResourceCall) -> None:
    """Every topic with the policy that it would have had without this one."""
    _reset_policy(call, call.properties["Topics"])


def put_inline_policy(call: ResourceCall) -> Created:
    """The policy of one topic."""
    topic = call.properties["TopicArn"]
    _set_policy(call, [topic], text_of(call.properties["PolicyDocument"]))
    return Created(topic)


def delete_inline_policy(call: ResourceCall) -> None:
    """The topic with its default policy."""
    _reset_policy(call, [call.properties["TopicArn"]])


def _set_policy(call: ResourceCall, topics: Iterable[str], document: str) -> None:
    for topic in topics:
        _client(call).set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=document)


def _reset_policy(call: ResourceCall, topics: Iterable[str]) -> None:
    for topic in sorted(topics):
        with gone_is_fine(*_MISSING):
            _set_policy(call, [topic], json.dumps(_default_policy(topic, call.engine.account)))


def _default_policy(topic: str, account: str) -> dict[str, Any]:
    """What a topic is made with: everybody in the topic's account.

    docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    """
    actions = [
        "SNS:GetTopicAttributes",
        "SNS:SetTopicAttributes",
        "SNS:AddPermission",
        "SNS:RemovePermission",
        "SNS:DeleteTopic",
        "SNS:Subscribe",
        "SNS:ListSubscriptionsByTopic",
        "SNS:Publish",
    ]
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": actions,
        "Resource": topic,
        "Condition": {"StringEquals": {"AWS:SourceOwner": account}},
    }
    return {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}


RESOURCES = {
    "AWS::SNS::Topic": ResourceType(
        create=create_topic,
        update=update_topic,
        delete=delete_topic,
        honours=frozenset(
            {
                *("ContentBasedDeduplication", "DisplayName", "FifoTopic", "KmsMasterKeyId"),
                *("Subscription", "Tags", "TopicName"),
            }
        ),
        without_effect={
            "FifoThroughputScope": "a topic's throughput is not limited",
            "SignatureVersion": "messages are not signed",
            "TracingConfig": "no segments are sent",
        },
        refuses={
            "ArchivePolicy": "messages are not archived",
            "DataProtectionPolicy": "messages are not searched for sensitive data",
            "DeliveryStatusLogging": "deliveries are not logged",
            "MaximumMessageSize": "a topic has no limit of its own",
        },
    ),
    "AWS::SNS::Subscription": ResourceType(
        create=create_subscription,
        update=update_subscription,
        delete=delete_subscription,
        honours=frozenset({"Endpoint", "Protocol", "TopicArn", *_SUBSCRIPTION_DEFAULTS}),
        refuses={
            "DeliveryPolicy": "deliveries follow SNS's default policy",
            "RedrivePolicy": "what cannot be delivered is not kept",
            "Region": "there is one region",
            "ReplayPolicy": "messages are not archived",
            "SubscriptionRoleArn": "there is no Firehose",
        },
    ),
    "AWS::SNS::TopicPolicy": ResourceType(
        create=put_policy,
        update=put_policy,
        delete=delete_policy,
        honours=frozenset({"PolicyDocument", "Topics"}),
    ),
    "AWS::SNS::TopicInlinePolicy": ResourceType(
        create=put_inline_policy,
        update=put_inline_policy,
        delete=delete_inline_policy,
        honours=frozenset({"PolicyDocument", "TopicArn"}),
    ),
}
