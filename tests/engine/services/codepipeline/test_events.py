"""The events on the default bus."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.engine.services.codepipeline.conftest import Desk, approval

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html"
)


def queue(desk: Desk, name: str) -> str:
    """A queue that gets the pipeline's events."""
    sqs, events = desk.engine.client("sqs"), desk.engine.client("events")
    url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    pattern = {"source": ["aws.codepipeline"], "detail": {"pipeline": [name]}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    return url


def receive(desk: Desk, url: str, wanted: int) -> list[dict[str, Any]]:
    """So many events."""
    found: list[dict[str, Any]] = []

    def look() -> bool:
        answer = desk.engine.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            found.append(json.loads(message["Body"]))
            desk.engine.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(found) >= wanted

    desk.wait(look)
    return found


def test_pipeline_stages_and_actions_tell_what_becomes_of_them(desk: Desk) -> None:
    name = f"pipeline-{desk.suffix}"
    url = queue(desk, name)
    desk.create(approval(), name=name)
    desk.decide(name, "Rejected")
    execution = desk.finish(name, status="Failed")
    found = receive(desk, url, 10)
    seen = {
        (
            event["detail-type"].removeprefix("CodePipeline ").removesuffix(" Execution State Change"),
            event["detail"].get("action") or event["detail"].get("stage") or "",
            event["detail"]["state"],
        )
        for event in found
    }
    assert seen == {
        ("Pipeline", "", "STARTED"),
        ("Stage", "Source", "STARTED"),
        ("Action", "Source", "STARTED"),
        ("Action", "Source", "SUCCEEDED"),
        ("Stage", "Source", "SUCCEEDED"),
        ("Stage", "Test", "STARTED"),
        ("Action", "Approve", "STARTED"),
        ("Action", "Approve", "FAILED"),
        ("Stage", "Test", "FAILED"),
        ("Pipeline", "", "FAILED"),
    }
    failed = next(
        event for event in found if event["detail"].get("action") == "Approve" and "execution-result" in event["detail"]
    )
    detail = failed["detail"]
    assert failed["resources"] == [f"arn:aws:codepipeline:us-east-1:111122223333:{name}"]
    assert detail["execution-id"] == execution["pipelineExecutionId"]
    assert detail["type"] == {"owner": "AWS", "category": "Approval", "provider": "Manual", "version": "1"}
    assert (detail["version"], detail["pipeline-execution-attempt"], detail["region"]) == (1.0, 1.0, "us-east-1")
    assert detail["execution-result"]["error-code"] == "JobFailed"


def test_a_rule_starts_the_pipeline_under_its_role(desk: Desk) -> None:
    name = desk.create(approval())
    desk.token(name)
    events = desk.engine.client("events")
    rule = f"start-{desk.suffix}"
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": [f"test.{desk.suffix}"]}))
    role = desk.make_role("events.amazonaws.com")
    arn = f"arn:aws:codepipeline:us-east-1:111122223333:{name}"
    events.put_targets(Rule=rule, Targets=[{"Id": "pipeline", "Arn": arn, "RoleArn": role}])
    events.put_events(Entries=[{"Source": f"test.{desk.suffix}", "DetailType": "test", "Detail": "{}"}])
    desk.wait(lambda: len(desk.executions(name)) == 2)
    trigger = desk.executions(name)[1]["trigger"]
    assert trigger == {
        "triggerType": "CloudWatchEvent",
        "triggerDetail": f"arn:aws:events:us-east-1:111122223333:rule/{rule}",
    }
