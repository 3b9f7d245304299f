from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway import timing
from slipway.timing import Span
from tests.slipway.samples import action, at, run
from tests.slipway.stubs import Aws
from tests.slipway.test_executions import history, submitted


def span(begin: float, end: float) -> Span:
    return at(begin), at(end)


spans = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda pair: span(min(pair), max(pair))))


@pytest.mark.parametrize(
    ("given_", "seconds"),
    [
        ([], 0),
        ([span(0, 2), span(5, 6)], 3),
        ([span(0, 4), span(2, 6)], 6),
        ([span(0, 10), span(2, 3)], 10),
        ([span(5, 6), span(0, 5)], 6),
    ],
    ids=["nothing", "apart", "overlapping", "one within the other", "touching, out of order"],
)
def test_overlaps_count_once(given_: list[Span], seconds: float) -> None:
    assert timing.length(given_) == seconds


@given(spans, spans)
def test_what_is_taken_away_and_what_is_left_are_the_whole(some: list[Span], others: list[Span]) -> None:
    left = timing.minus(some, others)
    assert timing.length(left + others) == timing.length(some + others)
    assert timing.length(left) + timing.length(others) == timing.length(some + others)


def test_of_a_build_its_commands_count_and_the_moving_of_artifacts_does_not(aws: Aws) -> None:
    phases = [
        ("QUEUED", 0, 1),
        ("DOWNLOAD_SOURCE", 1, 3),
        ("INSTALL", 3, 4),
        ("BUILD", 4, 9),
        ("UPLOAD_ARTIFACTS", 9, 12),
    ]
    told = [{"phaseType": name, "startTime": at(begin), "endTime": at(end)} for name, begin, end in phases]
    aws.answer("codebuild.batch_get_builds", {"builds": [{"phases": [*told, {"phaseType": "COMPLETED"}]}]})
    build = action("Build/Build", end=12, external_id="churn-build:1")
    assert timing.work_seconds(aws.install(), run(build)) == 6.0


def test_of_a_state_machine_the_running_time_of_its_jobs_counts(aws: Aws) -> None:
    arn = "arn:aws:sagemaker:us-east-1:111122223333"
    jobs = history(
        submitted(0, ProcessingJobArn=f"{arn}:processing-job/p"),
        submitted(9, TrainingJobArn=f"{arn}:training-job/t"),
        submitted(9, JobRunId="jr_1"),
    )
    aws.answer("stepfunctions.get_execution_history", jobs)
    aws.answer("sagemaker.describe_processing_job", described("Processing", "p", 1, 5), {"ProcessingJobName": "p"})
    aws.answer("sagemaker.describe_training_job", described("Training", "t", 10, 22), {"TrainingJobName": "t"})
    train = action("Train/Train", end=30, provider="StepFunctions", external_id="arn:aws:states:::execution:m:1")
    assert timing.work_seconds(aws.install(), run(train)) == 16.0


def described(kind: str, name: str, begin: float, end: float) -> dict[str, Any]:
    arn = f"arn:aws:sagemaker:us-east-1:111122223333:{kind.lower()}-job/{name}"
    both = {f"{kind}JobName": name, f"{kind}JobArn": arn, f"{kind}JobStatus": "Completed", "CreationTime": at(0)}
    times = {f"{kind}StartTime": at(begin), f"{kind}EndTime": at(end)}
    more: dict[str, Any] = {
        "Processing": {
            "ProcessingResources": {
                "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
            },
            "AppSpecification": {"ImageUri": "i"},
        },
        "Training": {
            "ModelArtifacts": {"S3ModelArtifacts": "s3://b/k"},
            "SecondaryStatus": "Completed",
            "AlgorithmSpecification": {"TrainingInputMode": "File"},
            "ResourceConfig": {"VolumeSizeInGB": 1},
            "StoppingCondition": {},
        },
    }
    return {**both, **times, **more[kind]}


def test_a_test_counts_and_a_deployment_does_not(aws: Aws) -> None:
    stack = action("Test/Stack", begin=0, end=20, provider="CloudFormation")
    smoke = action("Test/Smoke", begin=20, end=23, provider="Lambda")
    approve = action("Test/Approve", begin=23, end=123, provider="Manual")
    assert timing.work_seconds(aws.install(), run(stack, smoke, approve)) == 103.0


def test_calls_beside_a_deployment_wait_for_it_and_do_not_count(aws: Aws) -> None:
    stack = action("Production/Stack", begin=0, end=20, provider="CloudFormation")
    smoke = action("Production/Smoke", begin=0, end=22, provider="Lambda")
    assert timing.work_seconds(aws.install(), run(stack, smoke)) == 2.0
