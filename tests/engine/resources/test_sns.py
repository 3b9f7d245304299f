"""AWS::SNS through stacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.resources.conftest import Deployment

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SNS.html")
QUEUES = {name: {"Type": "AWS::SQS::Queue"} for name in ("First", "Second")}


def topic(**properties: Any) -> dict[str, Any]:
    return {"Topic": {"Type": "AWS::SNS::Topic", "Properties": properties}}


def to(queue: str) -> dict[str, Any]:
    return {"Protocol": "sqs", "Endpoint": {"Fn::GetAtt": [queue, "Arn"]}}


def subscribed(engine: Any, arn: str) -> list[str]:
    found = engine.client("sns").list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    return [subscription["Endpoint"] for subscription in found]


def policy(engine: Any, arn: str) -> dict[str, Any]:
    attributes = engine.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    document: dict[str, Any] = json.loads(attributes["Policy"])
    return document


def test_a_topic_has_its_subscriptions_tags_and_references(engine: Any, deployed: Deployment) -> None:
    properties = {"DisplayName": "Runs", "Subscription": [to("First")], "Tags": [{"Key": "team", "Value": "ml"}]}
    resources = {**QUEUES, **topic(**properties)}
    arn, same, name, queue = deployed(resources, "Topic", "Topic.TopicArn", "Topic.TopicName", "First.Arn")
    assert (arn, arn.rpartition(":")[2]) == (same, name)
    assert engine.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"] == "Runs"
    assert subscribed(engine, arn) == [queue]
    assert {"Key": "team", "Value": "ml"} in engine.client("sns").list_tags_for_resource(ResourceArn=arn)["Tags"]


def test_a_topic_is_changed_in_place(engine: Any, deployed: Deployment) -> None:
    first = {"DisplayName": "Runs", "Subscription": [to("First")], "Tags": [{"Key": "old", "Value": "1"}]}
    [arn] = deployed({**QUEUES, **topic(**first)}, "Topic")
    second = {"Subscription": [to("Second")], "Tags": [{"Key": "new", "Value": "2"}]}
    same, queue = deployed({**QUEUES, **topic(**second)}, "Topic", "Second.Arn")
    assert same == arn
    assert engine.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"] == ""
    assert subscribed(engine, arn) == [queue]
    keys = [tag["Key"] for tag in engine.client("sns").list_tags_for_resource(ResourceArn=arn)["Tags"]]
    assert ("old" in keys, "new" in keys) == (False, True)


def test_a_change_of_name_makes_another_topic(deployed: Deployment, gone: Callable[..., bool]) -> None:
    [first] = deployed(topic(TopicName=deployed.stacks.name("first")), "Topic")
    [second] = deployed(topic(TopicName=deployed.stacks.name("second")), "Topic")
    assert first != second
    assert gone("sns", "get_topic_attributes", TopicArn=first)


def test_a_topic_that_is_there_already_is_not_taken_over(engine: Any, deployed: Deployment) -> None:
    name = deployed.stacks.name("taken")
    arn = engine.client("sns").create_topic(Name=name)["TopicArn"]
    assert f"'AWS::SNS::Topic' with identifier '{arn}' already exists." in deployed.failing(topic(TopicName=name))
    assert policy(engine, arn)


def test_a_topic_whose_subscription_is_refused_is_removed(engine: Any, deployed: Deployment) -> None:
    name = deployed.stacks.name("half")
    role = deployed.role("sns:CreateTopic", "sns:GetTopicAttributes", "sns:DeleteTopic")
    subscription = {"Protocol": "email", "Endpoint": "somebody@example.com"}
    reason = deployed.failing(topic(TopicName=name, Subscription=[subscription]), RoleARN=role)
    assert "is not authorized to perform: sns:Subscribe" in reason
    arns = [found["TopicArn"] for found in engine.client("sns").list_topics()["Topics"]]
    assert not [arn for arn in arns if arn.endswith(name)]


def test_a_subscription_is_changed_in_place_and_removed(engine: Any, deployed: Deployment) -> None:
    def resources(**properties: Any) -> dict[str, Any]:
        subscription = {"TopicArn": {"Ref": "Topic"}, **to("First"), **properties}
        return {**QUEUES, **topic(), "Subscription": {"Type": "AWS::SNS::Subscription", "Properties": subscription}}

    [arn] = deployed(resources(RawMessageDelivery=True, FilterPolicy={"kind": ["a"]}), "Subscription")
    sns = engine.client("sns")
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert (attributes["RawMessageDelivery"], json.loads(attributes["FilterPolicy"])) == ("true", {"kind": ["a"]})
    assert deployed(resources(FilterPolicy={"kind": ["b"]}), "Subscription.Arn") == [arn]
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert (attributes["RawMessageDelivery"], json.loads(attributes["FilterPolicy"])) == ("false", {"kind": ["b"]})
    [topic_arn] = deployed({**QUEUES, **topic()}, "Topic")
    assert subscribed(engine, topic_arn) == []


def test_a_policy_is_put_on_its_topics_and_the_default_one_comes_back(engine: Any, deployed: Deployment) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish"}
    document = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]}
    properties = {"PolicyDocument": document, "Topics": [{"Ref": "Topic"}]}
    arn, identifier, reference = deployed(
        {**topic(), "Policy": {"Type": "AWS::SNS::TopicPolicy", "Properties": properties}},
        *("Topic", "Policy.Id", "Policy"),
    )
    assert policy(engine, arn) == document
    assert identifier == reference
    deployed(topic())
    assert policy(engine, arn)["Statement"][0]["Sid"] == "__default_statement_ID"


def test_an_inline_policy_is_the_policy_of_one_topic(engine: Any, deployed: Deployment) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sns:Publish"}
    document = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]}
    properties = {"PolicyDocument": document, "TopicArn": {"Ref": "Topic"}}
    inline = {"Policy": {"Type": "AWS::SNS::TopicInlinePolicy", "Properties": properties}}
    arn, reference = deployed({**topic(), **inline}, "Topic", "Policy")
    assert (policy(engine, arn), reference) == (document, arn)


def test_a_role_that_may_not_tag_makes_no_topic_with_tags(deployed: Deployment) -> None:
    role = deployed.role("sns:CreateTopic", "sns:DeleteTopic")
    reason = deployed.failing(topic(Tags=[{"Key": "team", "Value": "ml"}]), RoleARN=role)
    assert "is not authorized to perform: sns:TagResource" in reason
