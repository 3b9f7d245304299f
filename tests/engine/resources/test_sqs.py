"""AWS::SQS through stacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.resources.conftest import Deployment

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html"
)


def queue(**properties: Any) -> dict[str, Any]:
    return {"Queue": {"Type": "AWS::SQS::Queue", "Properties": properties}}


def attributes(engine: Any, url: str) -> dict[str, str]:
    found: dict[str, str] = engine.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])[
        "Attributes"
    ]
    return found


def test_a_queue_has_its_attributes_tags_and_references(engine: Any, deployed: Deployment) -> None:
    properties = {"DelaySeconds": "5", "VisibilityTimeout": 90, "Tags": [{"Key": "team", "Value": "ml"}]}
    url, arn, name, same = deployed(queue(**properties), "Queue", "Queue.Arn", "Queue.QueueName", "Queue.QueueUrl")
    assert name.startswith(f"{deployed.stacks.name()}-Queue-")
    assert (url, arn.rpartition(":")[2]) == (same, name)
    found = attributes(engine, url)
    assert (found["DelaySeconds"], found["VisibilityTimeout"], found["QueueArn"]) == ("5", "90", arn)
    assert engine.client("sqs").list_queue_tags(QueueUrl=url)["Tags"]["team"] == "ml"


def test_a_queue_is_changed_in_place_and_what_was_taken_out_has_its_default(engine: Any, deployed: Deployment) -> None:
    [url] = deployed(queue(DelaySeconds=5, Tags=[{"Key": "old", "Value": "1"}]), "Queue")
    assert deployed(queue(VisibilityTimeout=1, Tags=[{"Key": "new", "Value": "2"}]), "Queue") == [url]
    found = attributes(engine, url)
    assert (found["DelaySeconds"], found["VisibilityTimeout"]) == ("0", "1")
    tags = engine.client("sqs").list_queue_tags(QueueUrl=url)["Tags"]
    assert ("old" in tags, tags["new"]) == (False, "2")


def test_a_queue_changes_from_its_own_encryption_to_a_key(engine: Any, deployed: Deployment) -> None:
    [url] = deployed(queue(SqsManagedSseEnabled=True), "Queue")
    assert deployed(queue(KmsMasterKeyId="alias/aws/sqs"), "Queue") == [url]
    found = attributes(engine, url)
    assert (found["SqsManagedSseEnabled"], found["KmsMasterKeyId"]) == ("false", "alias/aws/sqs")


def test_a_queue_says_whose_dead_letters_it_takes(deployed: Deployment) -> None:
    refusing = {
        "Dead": {"Type": "AWS::SQS::Queue", "Properties": {"RedriveAllowPolicy": {"redrivePermission": "denyAll"}}}
    }
    letters = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3}
    assert "RedriveAllowPolicy" in deployed.failing({**refusing, **queue(RedrivePolicy=letters)})


def test_a_change_of_name_makes_another_queue(deployed: Deployment, gone: Callable[..., bool]) -> None:
    names = [deployed.stacks.name("first"), deployed.stacks.name("second")]
    urls = [deployed(queue(QueueName=name), "Queue")[0] for name in names]
    assert urls[0] != urls[1]
    assert gone("sqs", "get_queue_url", QueueName=names[0])


def test_a_fifo_queue_has_a_generated_name_that_says_so(engine: Any, deployed: Deployment) -> None:
    [url] = deployed(queue(FifoQueue=True, ContentBasedDeduplication=True), "Queue")
    assert url.endswith(".fifo")
    assert attributes(engine, url)["ContentBasedDeduplication"] == "true"


def test_a_queue_that_is_there_already_is_not_taken_over(engine: Any, deployed: Deployment) -> None:
    name = deployed.stacks.name("taken")
    url = engine.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    assert f"Resource of type 'AWS::SQS::Queue' with identifier '{name}' already exists." in deployed.failing(
        queue(QueueName=name)
    )
    assert attributes(engine, url)


def test_messages_that_fail_go_to_a_queue_that_is_there(deployed: Deployment) -> None:
    missing = {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:111122223333:missing", "maxReceiveCount": 3}
    assert "RedrivePolicy" in deployed.failing(queue(RedrivePolicy=missing))


def test_a_policy_is_put_on_its_queues_and_taken_off(engine: Any, deployed: Deployment) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    document = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]}
    policy = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": document, "Queues": [{"Ref": "Queue"}]}}
    url, identifier, reference = deployed({**queue(), "Policy": policy}, "Queue", "Policy.Id", "Policy")
    assert json.loads(attributes(engine, url)["Policy"]) == document
    assert identifier == reference
    deployed(queue())
    assert "Policy" not in attributes(engine, url)


def test_deleting_a_queue_that_is_gone_succeeds(engine: Any, deployed: Deployment) -> None:
    [url] = deployed(queue(), "Queue")
    engine.client("sqs").delete_queue(QueueUrl=url)
    deployed.delete()


def test_a_role_that_may_not_make_queues_makes_none(deployed: Deployment) -> None:
    reason = deployed.failing(queue(), RoleARN=deployed.role("sqs:DeleteQueue"))
    assert "is not authorized to perform: sqs:CreateQueue" in reason
    assert "HandlerErrorCode: AccessDenied" in reason


def test_a_role_that_may_not_tag_makes_no_queue_with_tags(deployed: Deployment) -> None:
    role = deployed.role("sqs:CreateQueue", "sqs:DeleteQueue")
    reason = deployed.failing(queue(Tags=[{"Key": "team", "Value": "ml"}]), RoleARN=role)
    assert "is not authorized to perform: sqs:TagQueue" in reason
