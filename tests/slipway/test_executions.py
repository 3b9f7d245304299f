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
            {
                "timestamp": BEGAN + timedelta(seconds=at),
                "type": kind,
                "id": number,
                "previousEventId": number - 1,
                **details,
            }
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


def called(at: float, **output: str) -> tuple[float, str, dict[str, Any]]:
    details = {"resourceType": "aws-sdk:sagemaker", "resource": "createAutoMLJobV2", "output": json.dumps(output)}
    return at, "TaskSucceeded", {"taskSucceededEventDetails": details}


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


def failed(at: float, resource: str) -> tuple[float, str, dict[str, Any]]:
    details = {"resourceType": "sagemaker", "resource": resource, "error": "States.TaskFailed", "cause": "137"}
    return at, "TaskFailed", {"taskFailedEventDetails": details}


def test_a_state_whose_job_failed_has_failed_although_the_machine_caught_it(aws: Aws) -> None:
    events = history(
        *(entered(0, "Reuse"), failed(1, "getObject"), exited(1, "Reuse")),
        *(entered(1, "Train"), failed(2, "createTrainingJob.sync"), exited(2, "Train")),
        *(entered(2, "Capacity"), exited(2, "Capacity"), entered(2, "Failed"), (2, "ExecutionFailed", {})),
    )
    aws.answer("stepfunctions.get_execution_history", events)
    told = [(state.name, state.status) for state in executions.states(aws.target, ARN)]
    assert told == [("Reuse", "Succeeded"), ("Train", "Failed"), ("Capacity", "Succeeded"), ("Failed", "Failed")]


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
        called(3, AutoMLJobArn=f"{arn}:automl-job/auto-1"),
    )
    aws.answer("stepfunctions.get_execution_history", events)
    expected = [Job("processing", "churn-prepare-1"), Job("training", "churn-train-1"), Job("automl", "auto-1")]
    assert executions.jobs(aws.target, ARN) == expected


PIPELINE_EXECUTION = "arn:aws:sagemaker:us-east-1:111122223333:pipeline/churn-training/execution/abc"


def started_pipeline(aws: Aws, *steps: dict[str, Any]) -> None:
    details = {"resourceType": "aws-sdk:sagemaker", "resource": "startPipelineExecution"}
    output = json.dumps({"PipelineExecutionArn": PIPELINE_EXECUTION})
    succeeded = (1.0, "TaskSucceeded", {"taskSucceededEventDetails": {**details, "output": output}})
    aws.answer("stepfunctions.get_execution_history", history(entered(0, "Start"), succeeded, exited(1, "Start")))
    asked = {"PipelineExecutionArn": PIPELINE_EXECUTION, "SortOrder": "Ascending"}
    aws.answer("sagemaker.list_pipeline_execution_steps", {"PipelineExecutionSteps": list(steps)}, asked)


def step(name: str, status: str, ended: float | None = None, **metadata: Any) -> dict[str, Any]:
    at = {"EndTime": BEGAN + timedelta(seconds=ended)} if ended else {}
    return {
        "StepName": name,
        "StepStatus": status,
        "StartTime": BEGAN + timedelta(seconds=1),
        "Metadata": metadata,
        **at,
    }


def test_the_steps_of_a_pipeline_are_told_like_states(aws: Aws) -> None:
    started_pipeline(aws, step("Prepare", "Succeeded", 4), step("Train", "Stopped", 5), step("Evaluate", "Executing"))
    told = [(state.name, state.status) for state in executions.states(aws.target, ARN)]
    assert told == [("Start", "Succeeded"), ("Prepare", "Succeeded"), ("Train", "Failed"), ("Evaluate", "InProgress")]


def test_the_jobs_of_a_pipeline_are_the_executions(aws: Aws) -> None:
    arn = "arn:aws:sagemaker:us-east-1:111122223333"
    prepare = step("Prepare", "Succeeded", 4, ProcessingJob={"Arn": f"{arn}:processing-job/pipelines-abc-Prepare-1"})
    gate = step("Gate", "Succeeded", 5, Condition={"Outcome": "True"})
    started_pipeline(aws, prepare, step("Train", "Executing", TrainingJob={"Arn": f"{arn}:training-job/t"}), gate)
    found = executions.jobs(aws.target, ARN)
    assert found == [Job("processing", "pipelines-abc-Prepare-1"), Job("training", "t")]


def workflow_run(aws: Aws, **found: Any) -> None:
    key = {"Name": "churn-training", "WorkflowRunId": "wr_1"}
    details = {"resourceType": "aws-sdk:glue", "resource": "getWorkflowRun", "output": json.dumps({"Run": key})}
    asked = (1.0, "TaskSucceeded", {"taskSucceededEventDetails": details})
    aws.answer("stepfunctions.get_execution_history", history(entered(0, "Watch"), asked, asked))
    aws.answer("glue.get_workflow_run", {"Run": {**key, **found}})


def test_the_jobs_of_a_workflow_are_told_like_states(aws: Aws) -> None:
    runs = [
        {"JobName": "train", "JobRunState": "RUNNING", "StartedOn": BEGAN + timedelta(seconds=5)},
        {
            "JobName": "prepare",
            "JobRunState": "TIMEOUT",
            "StartedOn": BEGAN,
            "CompletedOn": BEGAN + timedelta(seconds=4),
        },
    ]
    workflow_run(aws, Graph={"Nodes": [{"Type": "JOB", "JobDetails": {"JobRuns": runs}}, {"Type": "TRIGGER"}]})
    told = [(state.name, state.status) for state in executions.states(aws.target, ARN)]
    assert told == [("Watch", "InProgress"), ("prepare", "Failed"), ("train", "InProgress")]


def test_what_a_workflow_started_is_in_its_properties(aws: Aws) -> None:
    arn = "arn:aws:sagemaker:us-east-1:111122223333:training-job/churn-train-1"
    workflow_run(aws, WorkflowRunProperties={"train_job": arn, "endpoint_name": "check"})
    assert executions.jobs(aws.target, ARN) == [Job("training", "churn-train-1")]


def test_a_run_of_a_glue_job_is_a_job_too(aws: Aws) -> None:
    aws.answer("stepfunctions.get_execution_history", history(submitted(0, JobRunId="jr_1")))
    assert executions.jobs(aws.target, ARN) == [Job("glue", "jr_1")]


def test_a_callback_that_succeeded_tells_its_run(aws: Aws) -> None:
    told = {"CallbackToken": "t" * 10, "OutputParameters": [{"Name": "jobRunId", "Value": "jr_1"}]}
    waiting = step("Wait", "Executing", Callback={"CallbackToken": "u" * 10})
    started_pipeline(aws, step("PrepareBySpark", "Succeeded", 4, Callback=told), waiting)
    assert executions.jobs(aws.target, ARN) == [Job("glue", "jr_1")]


def test_the_runs_of_a_workflows_jobs_are_the_executions(aws: Aws) -> None:
    runs = [{"Id": f"jr_{number}", "StartedOn": BEGAN + timedelta(seconds=number)} for number in (2, 1)]
    workflow_run(aws, Graph={"Nodes": [{"Type": "JOB", "JobDetails": {"JobRuns": runs}}]})
    assert executions.jobs(aws.target, ARN) == [Job("glue", "jr_1"), Job("glue", "jr_2")]
