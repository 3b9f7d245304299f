from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from slipway import executions
from slipway.executions import Job
from tests.slipway.stubs import Aws

ARN = "arn:aws:states:us-east-1:111122223333:execution:churn-training:1"
BEGAN = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


def history(*events: tuple[float, str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "events": [
            {"timestamp": BEGAN + timedelta(seconds=at), "type": kind, "id": number, **details}
            for number, (at, kind, details) in enumerate(events, 1)
        ]
    }


def entered(at: float, name: str) -> tuple[float, str, dict[str, Any]]:
    return at, "TaskStateEntered", {"stateEnteredEventDetails": {"name": name}}


def exited(at: float, name: str) -> tuple[float, str, dict[str, Any]]:
    return at, "TaskStateExited", {"stateExitedEventDetails": {"name": name}}


def submitted(at: float, **output: str) -> tuple[float, str, dict[str, Any]]:
    details = {"resourceType": "sagemaker", "resource": "createTrainingJob.sync", "output": json.dumps(output)}
    return at, "TaskSubmitted", {"taskSubmittedEventDetails": details}


def test_states_are_told_in_their_order_with_their_seconds(aws: Aws) -> None:
    events = history(entered(0, "Prepare"), exited(3.5, "Prepare"), entered(3.5, "Train"))
    aws.answer("stepfunctions.get_execution_history", events, {"executionArn": ARN})
    prepare, train = executions.states(aws.target, ARN)
    assert (prepare.name, prepare.status, prepare.seconds) == ("Prepare", "Succeeded", 3.5)
    assert (train.name, train.status, train.ended) == ("Train", "InProgress", None)


def test_the_state_that_an_execution_failed_in_has_failed(aws: Aws) -> None:
    aws.answer("stepfunctions.get_execution_history", history(entered(0, "Train"), (7, "ExecutionFailed", {})))
    (train,) = executions.states(aws.target, ARN)
    assert (train.status, train.seconds) == ("Failed", 7.0)


def test_a_state_that_was_entered_again_is_told_once(aws: Aws) -> None:
    events = history(entered(0, "Look"), exited(1, "Look"), entered(5, "Look"), exited(7, "Look"))
    aws.answer("stepfunctions.get_execution_history", events)
    (look,) = executions.states(aws.target, ARN)
    assert look.seconds == 2.0


def test_jobs_are_known_by_what_tasks_were_answered_with(aws: Aws) -> None:
    arn = "arn:aws:sagemaker:us-east-1:111122223333"
    events = history(
        submitted(0, ProcessingJobArn=f"{arn}:processing-job/churn-prepare-1"),
        submitted(1, TrainingJobArn=f"{arn}:training-job/churn-train-1"),
        submitted(2, ModelPackageArn=f"{arn}:model-package/churn/1"),
    )
    aws.answer("stepfunctions.get_execution_history", events)
    assert executions.jobs(aws.target, ARN) == [Job("processing", "churn-prepare-1"), Job("training", "churn-train-1")]
