"""A stack in JSON: inline functions, a custom resource with cfnresponse, nested stacks, S3 → Lambda → SNS → SQS."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.foreign.support import FOREIGN, Stranger, eventually, outputs

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html"
)

FOLDER = FOREIGN / "custom_resources"
MAIN = FOLDER / "main.json"


@pytest.fixture
def templates(stranger: Stranger) -> str:
    """A bucket with the nested templates; its name."""
    bucket = stranger.name("templates")
    s3 = stranger.client("s3")
    s3.create_bucket(Bucket=bucket)
    for name in ("storage.json", "messaging.json"):
        s3.upload_file(str(FOLDER / name), bucket, f"templates/{name}")
    return bucket


def deployed(stranger: Stranger, templates: str, **parameters: str) -> dict[str, Any]:
    stack = stranger.create("main", MAIN, TemplateBucket=templates, **parameters)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stranger.reasons(stack["StackId"])
    return stack


def announced(stranger: Stranger, queue: str) -> str:
    """The next message of the queue."""

    def received() -> str | None:
        found = stranger.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", [])
        for message in found:
            stranger.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return found[0]["Body"] if found else None

    return eventually(received, "a message arrives")


def put(stranger: Stranger, bucket: str, *keys: str) -> None:
    for key in keys:
        stranger.client("s3").put_object(Bucket=bucket, Key=key, Body=b"1,2,3")


def test_objects_are_announced_until_the_stack_is_deleted(stranger: Stranger, templates: str) -> None:
    stack = deployed(stranger, templates)
    found = outputs(stack)
    bucket = found["BucketName"]
    assert found["Notification"] == f"notification-{bucket}|.csv"
    assert "AlarmName" not in found
    put(stranger, bucket, "in/ignored.txt", "in/new file.csv")
    assert announced(stranger, found["QueueUrl"]) == f"s3://{bucket}/in/new file.csv (5 bytes)"

    updated = stranger.update("main", MAIN, TemplateBucket=templates, Stage="prod", Suffix=".txt")
    assert updated["StackStatus"] == "UPDATE_COMPLETE", stranger.reasons(stack["StackId"])
    assert outputs(updated)["Notification"] == f"notification-{bucket}|.txt"
    put(stranger, bucket, "in/ignored.csv", "in/prod.txt")
    assert announced(stranger, found["QueueUrl"]) == f"s3://{bucket}/in/prod.txt (5 bytes)"
    function = stranger.client("lambda").get_function_configuration(FunctionName=found["Publisher"])
    assert (function["MemorySize"], function["Timeout"]) == (256, 30)
    alarms = stranger.client("cloudwatch").describe_alarms(AlarmNames=[outputs(updated)["AlarmName"]])
    assert alarms["MetricAlarms"][0]["AlarmDescription"] == f"Errors of {found['Publisher']}"

    a_full_bucket_stops_the_deletion(stranger, stack, bucket)
    stranger.empty(bucket)
    assert stranger.delete(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert not descendants(stranger, stack["StackId"])


def a_full_bucket_stops_the_deletion(stranger: Stranger, stack: dict[str, Any], bucket: str) -> None:
    """The nested stack fails with S3's words, and its parent names it."""
    deleted = stranger.delete(stack["StackId"])
    assert deleted["StackStatus"] == "DELETE_FAILED"
    assert "The following resource(s) failed to delete: [Storage]." in deleted["StackStatusReason"]
    (storage,) = descendants(stranger, stack["StackId"])
    assert storage["StackStatus"] == "DELETE_FAILED"
    assert "The bucket you tried to delete is not empty" in stranger.reasons(storage["StackId"])
    assert stranger.client("s3").head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200


def descendants(stranger: Stranger, root: str) -> list[dict[str, Any]]:
    """The stacks that a stack nests and that still are."""
    pages = stranger.client("cloudformation").get_paginator("describe_stacks").paginate()
    return [stack for page in pages for stack in page["Stacks"] if stack.get("RootId") == root]


def test_a_custom_resource_that_fails_rolls_everything_back(stranger: Stranger, templates: str) -> None:
    stack = stranger.create("main", MAIN, TemplateBucket=templates, MonitoredBucket=stranger.name("nowhere"))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    reasons = stranger.reasons(stack["StackId"])
    assert "Received response status [FAILED] from custom resource. Message returned: " in reasons
    assert "NoSuchBucket" in reasons
    assert with_status(stranger, stack, "CREATE_COMPLETE") <= with_status(stranger, stack, "DELETE_COMPLETE")
    assert not descendants(stranger, stack["StackId"])
    assert stranger.delete(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def with_status(stranger: Stranger, stack: dict[str, Any], status: str) -> set[str]:
    """The resources that an event gives this status."""
    events = stranger.client("cloudformation").describe_stack_events(StackName=stack["StackId"])["StackEvents"]
    return {event["LogicalResourceId"] for event in events if event["ResourceStatus"] == status}


def test_an_update_that_fails_goes_back_to_what_was(stranger: Stranger, templates: str) -> None:
    stack = deployed(stranger, templates)
    found = outputs(stack)
    elsewhere = stranger.name("nowhere")
    updated = stranger.update("main", MAIN, TemplateBucket=templates, Stage="prod", MonitoredBucket=elsewhere)
    assert updated["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE", stranger.reasons(stack["StackId"])
    assert "NoSuchBucket" in stranger.reasons(stack["StackId"])
    assert outputs(updated) == found
    put(stranger, found["BucketName"], "after.csv")
    assert announced(stranger, found["QueueUrl"]) == f"s3://{found['BucketName']}/after.csv (5 bytes)"
    stranger.empty(found["BucketName"])
    deleted = stranger.delete(stack["StackId"])
    assert deleted["StackStatus"] == "DELETE_COMPLETE", stranger.reasons(stack["StackId"])


def test_a_value_that_the_template_does_not_allow_is_refused_at_once(stranger: Stranger, templates: str) -> None:
    with pytest.raises(ClientError) as caught:
        stranger.create("main", MAIN, TemplateBucket=templates, Stage="test")
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    assert "Parameter 'Stage'" in caught.value.response["Error"]["Message"]
