"""AWS::SNS::TopicPolicy and AWS::SNS::TopicInlinePolicy.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topicpolicy.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topicinlinepolicy.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import gone_is_fine, text_of
from slipway.engine.resources.sns.common import MISSING, client


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
        client(call).set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=document)


def _reset_policy(call: ResourceCall, topics: Iterable[str]) -> None:
    for topic in sorted(topics):
        with gone_is_fine(*MISSING):
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
