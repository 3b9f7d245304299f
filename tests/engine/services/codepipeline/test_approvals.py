"""Approvals: what the approver is told, and what a decision does."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.codepipeline.conftest import Desk, approval

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html")


def test_an_approval_succeeds_with_the_approvers_name_and_words(desk: Desk) -> None:
    name = desk.create(approval(ExternalEntityLink="https://example.com/report"))
    desk.decide(name)
    desk.finish(name)
    latest = desk.stage(name, "Test")["actionStates"][0]["latestExecution"]
    assert latest["status"] == "Succeeded"
    assert latest["summary"] == "looked at it"
    assert latest["lastUpdatedBy"].endswith("user/person-at-the-keyboard")
    assert latest["externalExecutionUrl"] == "https://example.com/report"
    assert "token" not in latest


def test_a_rejection_fails_the_stage_with_the_approvers_words(desk: Desk) -> None:
    name = desk.create(approval())
    desk.decide(name, "Rejected")
    desk.finish(name, status="Failed")
    error = desk.action(name, "Approve")["output"]["executionResult"]["errorDetails"]
    assert error["code"] == "JobFailed"
    assert error["message"].startswith("The approval was rejected by arn:aws:iam::")
    assert error["message"].endswith(": looked at it")


def test_a_wrong_token_is_refused(desk: Desk) -> None:
    name = desk.create(approval())
    desk.token(name)
    with pytest.raises(ClientError, match="InvalidApprovalTokenException"):
        desk.decide(name, token="00000000-0000-0000-0000-000000000000")


def test_a_second_decision_is_refused(desk: Desk) -> None:
    name = desk.create(approval())
    token = desk.token(name)
    desk.decide(name, token=token)
    with pytest.raises(ClientError, match="ApprovalAlreadyCompletedException"):
        desk.decide(name, "Rejected", token=token)


@pytest.mark.parametrize(
    ("stage", "action", "message"),
    [
        ("Tset", "Approve", "StageNotFoundException.*does not have a stage with name 'Tset'"),
        ("Test", "Aprove", "ActionNotFoundException.*does not have an action with name 'Aprove'"),
    ],
    ids=["stage", "action"],
)
def test_a_decision_on_what_is_not_there_is_refused(desk: Desk, stage: str, action: str, message: str) -> None:
    name = desk.create(approval())
    with pytest.raises(ClientError, match=message):
        desk.decide(name, token=desk.token(name), stage=stage, action=action)


def test_an_approval_expires(desk: Desk) -> None:
    stage = approval()
    # Five minutes, which this engine's clock makes five seconds.
    stage["actions"][0]["timeoutInMinutes"] = 5
    name = desk.create(stage)
    desk.finish(name, status="Failed")
    error = desk.action(name, "Approve")["output"]["executionResult"]["errorDetails"]
    assert error == {"code": "Timeout", "message": "The action did not end within 5 minutes"}


def test_the_topic_gets_awss_message(desk: Desk) -> None:
    topic = desk.engine.client("sns").create_topic(Name=f"approvals-{desk.suffix}")["TopicArn"]
    sqs = desk.engine.client("sqs")
    queue = sqs.create_queue(QueueName=f"approvals-{desk.suffix}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
            }
        ],
    }
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    desk.engine.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    name = desk.create(
        approval(NotificationArn=topic, CustomData="#{Source.ObjectKey}", ExternalEntityLink="https://example.com")
    )
    token = desk.token(name)
    message = desk.wait(lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages"))[0]
    envelope = json.loads(message["Body"])
    assert envelope["Subject"] == f"APPROVAL NEEDED: AWS CodePipeline {name} for action Approve"
    told = json.loads(envelope["Message"])
    expires = datetime.strptime(told["approval"].pop("expires"), "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    assert expires > datetime.now(UTC)
    view = f"https://console.aws.amazon.com/codepipeline/home?region=us-east-1#/view/{name}"
    assert told == {
        "region": "us-east-1",
        "consoleLink": view,
        "approval": {
            "pipelineName": name,
            "stageName": "Test",
            "actionName": "Approve",
            "token": token,
            "externalEntityLink": "https://example.com",
            "approvalReviewLink": f"{view}/Test/Approve/approve/{token}",
            "customData": "source.zip",
        },
    }
