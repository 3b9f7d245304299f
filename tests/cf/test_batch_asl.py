"""cf/batch.asl.json, run with its transform job answered by a function."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cf import state_machine
from tests.cf.state_machine import Execution

DEFINITION = state_machine.load(
    Path(__file__).parents[2] / "cf" / "batch.asl.json",
    {
        "Partition": "aws",
        "Prefix": "churn",
        "Environment": "production",
        "ModelName": "churn-1",
        "KeyArn": "arn:aws:kms:us-east-1:111122223333:key/1",
        "InputUri": "s3://data/customers/",
        "OutputUri": "s3://artifacts/batch/production",
        "InstanceType": "ml.m5.large",
        "InstanceCount": "2",
        "JoinSource": "Input",
    },
)
NAME = "churn-batch-theexecution0"


def run(job: state_machine.Task) -> Execution:
    return state_machine.run(DEFINITION, {}, {"Transform": job}, "the-execution")


def test_each_execution_writes_to_a_folder_of_its_name() -> None:
    job = {
        "TransformJobName": NAME,
        "TransformOutput": {"S3OutputPath": "s3://artifacts/batch/production/the-execution/"},
    }
    execution = run(lambda _: job)
    (arguments,) = execution.arguments["Transform"]
    assert arguments["TransformJobName"] == NAME
    assert arguments["TransformOutput"]["S3OutputPath"] == "s3://artifacts/batch/production/the-execution/"
    assert arguments["TransformResources"]["InstanceCount"] == 2
    assert execution.output == {
        "transformJobName": NAME,
        "outputUri": "s3://artifacts/batch/production/the-execution/",
    }


@pytest.mark.parametrize("error", ["SageMaker.AmazonSageMakerException", "SageMaker.ResourceLimitExceededException"])
def test_a_throttled_call_and_a_quota_that_is_used_up_are_tried_again(error: str) -> None:
    retried = [name for retrier in DEFINITION["States"]["Transform"]["Retry"] for name in retrier["ErrorEquals"]]
    assert error in retried


@pytest.mark.parametrize(
    ("description", "cause"),
    [
        pytest.param({"FailureReason": "ClientError: See job logs"}, "ClientError: See job logs", id="failed"),
        pytest.param({"TransformJobStatus": "Stopped"}, "the job ended as Stopped", id="stopped by hand"),
    ],
)
def test_a_job_that_fails_is_told_by_name_and_reason(description: dict[str, Any], cause: str) -> None:
    def fails(_: dict[str, Any]) -> Any:
        raise state_machine.TaskFailed("States.TaskFailed", json.dumps({"TransformJobName": NAME, **description}))

    execution = run(fails)
    assert execution.error == "Transform"
    assert execution.cause == f"Transform: States.TaskFailed: {cause} (job {NAME})"


def test_a_job_that_cannot_be_made_is_told_as_sagemaker_told_it() -> None:
    def refuses(_: dict[str, Any]) -> Any:
        raise state_machine.TaskFailed("SageMaker.ResourceLimitExceededException", "0 instances of ml.m5.large")

    expected = "Transform: SageMaker.ResourceLimitExceededException: 0 instances of ml.m5.large"
    assert run(refuses).cause == expected
