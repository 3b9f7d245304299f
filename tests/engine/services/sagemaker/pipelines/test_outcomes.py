"""What executions tell, what they use again, and what the next engine makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from slipway import local
from tests.engine.restart import killed
from tests.engine.services.sagemaker.pipelines.support import (
    PIPELINE_ROLE,
    Pipelines,
    prepare,
    processing,
    step,
    training,
)
from tests.engine.services.sagemaker.pipelines.test_callbacks import Queue
from tests.engine.services.sagemaker.support import BUCKET, Sagemaker, eventually, prepare_account, start_engine

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html")

CACHED = {"CacheConfig": {"Enabled": True, "ExpireAfter": "PT1H"}}


def test_a_cached_step_is_used_again_while_its_arguments_are_the_same(pipelines: Pipelines) -> None:
    source = [{"Name": "Source", "Type": "String", "DefaultValue": f"s3://{BUCKET}/words/"}]
    name = pipelines.create(processing("Prepare", {"Get": "Parameters.Source"}, **CACHED), parameters=source)
    first, again = pipelines.start(name), ""
    pipelines.ended(first)
    for values, hit in (({}, True), ({"Source": f"s3://{BUCKET}/words/a"}, False), ({}, True)):
        again = pipelines.start(name, values=values)
        assert pipelines.ended(again)["PipelineExecutionStatus"] == "Succeeded"
        prepared, source_of = pipelines.steps(again)["Prepare"], pipelines.steps(first)["Prepare"]
        assert prepared.get("CacheHitResult") == ({"SourcePipelineExecutionArn": first} if hit else None)
        assert (prepared["Metadata"] == source_of["Metadata"]) is hit
    other = pipelines.create(processing("Prepare", **CACHED))
    arn = pipelines.start(other)
    pipelines.ended(arn)
    assert "CacheHitResult" not in pipelines.steps(arn)["Prepare"]


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html")
def test_executions_and_steps_tell_their_status(pipelines: Pipelines) -> None:
    queue, events = Queue(pipelines.account), pipelines.account.client("events")
    arn = queue.client.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    name = pipelines.create(processing("Prepare"))
    pipeline = pipelines.client.describe_pipeline(PipelineName=name)["PipelineArn"]
    pattern = json.dumps({"source": ["aws.sagemaker"], "detail": {"pipelineArn": [pipeline]}})
    rule = events.put_rule(Name=name, EventPattern=pattern)["RuleArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    queue.client.set_queue_attributes(QueueUrl=queue.url, Attributes={"Policy": policy})
    events.put_targets(Rule=name, Targets=[{"Id": "q", "Arn": arn}])
    execution = pipelines.start(name)
    told = [queue.message() for _ in range(5)]
    assert all(event["resources"] == [pipeline, execution] for event in told)
    statuses = {
        (event["detail-type"].removeprefix("SageMaker Model Building Pipeline Execution "), _status(event["detail"]))
        for event in told
    }
    assert statuses == {
        ("Status Change", (None, "Executing")),
        ("Status Change", ("Executing", "Succeeded")),
        ("Step Status Change", (None, "Starting")),
        ("Step Status Change", ("Starting", "Executing")),
        ("Step Status Change", ("Executing", "Succeeded")),
    }
    (last,) = [event["detail"] for event in told if event["detail"].get("currentStepStatus") == "Succeeded"]
    job = pipelines.steps(execution)["Prepare"]["Metadata"]["ProcessingJob"]["Arn"]
    assert (last["stepName"], last["stepType"]) == ("Prepare", "Processing")
    assert last["metadata"] == {"processingJob": {"arn": job}}
    assert last["stepStartTime"].endswith("Z")
    assert last["stepEndTime"] >= last["stepStartTime"]


def _status(detail: dict[str, Any]) -> tuple[str | None, str]:
    of_step = "currentStepStatus" in detail
    names = ("previousStepStatus", "currentStepStatus")
    previous, current = names if of_step else ("previousPipelineExecutionStatus", "currentPipelineExecutionStatus")
    return detail.get(previous), detail[current]


def stopped(engine: local.LocalEngine) -> None:
    """Stop in good order."""
    engine.stop()


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html")
@pytest.mark.parametrize("end", [stopped, killed])
def test_the_next_engine_goes_on(tmp_path: Path, end: Callable[[local.LocalEngine], None]) -> None:
    account = Sagemaker(start_engine(tmp_path / "home", factor=1.0))
    prepare_account(account)
    prepare(account)
    pipelines, queue = Pipelines(account), Queue(account)
    waits = step("Waits", "Callback", SqsQueueUrl=queue.url)
    again = [{"ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"], "MaxAttempts": 1}]
    sleeps = training("Sleeps", hyperparameters={"sleep": "60"})
    failing = pipelines.start(pipelines.create(sleeps))
    retried = pipelines.start(pipelines.create({**sleeps, "Name": "Again", "RetryPolicies": again}, waits))
    token = queue.message()["token"]
    for arn, name in ((failing, "Sleeps"), (retried, "Again"), (retried, "Waits")):
        pipelines.step_in(arn, name, "Executing")
    eventually(lambda: account.log("/aws/sagemaker/TrainingJobs").count("training as") == 2)
    end(account.running)

    account = Sagemaker(start_engine(tmp_path / "home"))
    try:
        pipelines = Pipelines(account)
        assert pipelines.ended(failing)["PipelineExecutionStatus"] == "Failed"
        reason = pipelines.steps(failing)["Sleeps"]["FailureReason"]
        assert "ClientError: InternalServerError: the engine was restarted while training-job pipelines-" in reason
        pipelines.client.send_pipeline_execution_step_success(CallbackToken=token)
        pipelines.step_in(retried, "Waits", "Succeeded")
        eventually(lambda: pipelines.step_in(retried, "Again", "Executing")["AttemptCount"] == 2)
        pipelines.client.stop_pipeline_execution(PipelineExecutionArn=retried)
        assert pipelines.ended(retried)["PipelineExecutionStatus"] == "Stopped"
        assert pipelines.client.list_pipelines()["PipelineSummaries"][0]["RoleArn"] == PIPELINE_ROLE
    finally:
        account.running.stop()
