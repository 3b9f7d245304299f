"""cf/training.asl.json with the orchestrator glue: a workflow is started, watched, and its outcome told alike."""

from __future__ import annotations

from typing import Any

import pytest

from config import sagemaker_pipeline
from tests.cf import state_machine
from tests.cf.state_machine import Execution, Task
from tests.cf.test_training_asl import PACKAGE, PATH, SUBSTITUTIONS, answers, fails, given, tasks
from tests.cf.test_training_asl import run as run_by_states

DEFINITION = state_machine.load(PATH, SUBSTITUTIONS | {"Orchestrator": "glue"})
WATCHED = ["Orchestrated", "StartWorkflow", "WaitForWorkflow", "WatchWorkflow", "WorkflowWatched"]
MODEL = "s3://artifacts/runs/run-1/train/p-train-1/output/model.tar.gz"


def watched(status: str = "COMPLETED", job: str = "SUCCEEDED", message: str = "", **properties: str) -> Task:
    job_run = {"JobName": "p-workflow-train", "JobRunState": job} | ({"ErrorMessage": message} if message else {})
    nodes = [{"Type": "TRIGGER", "TriggerDetails": {}}, {"Type": "JOB", "JobDetails": {"JobRuns": [job_run]}}]
    return answers({"Run": {"Status": status, "Graph": {"Nodes": nodes}, "WorkflowRunProperties": properties}})


def run(execution_input: dict[str, Any] | None = None, /, **changed: Task) -> Execution:
    answered = {
        "StartWorkflow": answers({"RunId": "wr_1"}),
        "WatchWorkflow": watched(model_package_arn=PACKAGE, model_data_url=MODEL),
        "StopWorkflow": answers({}),
    }
    return state_machine.run(DEFINITION, execution_input or given(), tasks() | answered | changed)


def test_the_outcome_is_that_of_the_states() -> None:
    execution = run()
    before = ["Reuse", "Champion", "Known", "Configure", "Orchestrator", "Parameters"]
    assert execution.visited == [*before, *WATCHED, "Evaluation", "Gate", "Result", "Save"]
    assert execution.output == run_by_states().output | {"modelDataUrl": MODEL}


@pytest.mark.parametrize("spot", [False, True], ids=["on demand", "spot"])
def test_the_properties_are_the_definitions_parameters_and_those_of_the_check(spot: bool) -> None:
    document = given(spot=spot)
    (arguments,) = run(document).arguments["StartWorkflow"]
    properties = arguments["RunProperties"]
    declared = {parameter["Name"] for parameter in sagemaker_pipeline.definition(document)["Parameters"]}
    assert set(properties) - declared == {"job", "endpoint_name", "evaluation_threshold"}
    assert declared <= set(properties)
    assert all(isinstance(value, str) and value for value in properties.values())
    assert properties["evaluation_threshold"] == "0.8"
    assert len(properties["endpoint_name"]) <= 63


def test_a_workflow_that_runs_is_asked_again() -> None:
    statuses = iter([watched("RUNNING", "RUNNING"), watched("STOPPING"), watched(model_package_arn=PACKAGE)])
    execution = run(WatchWorkflow=lambda arguments: next(statuses)(arguments))
    assert (execution.visited.count("WaitForWorkflow"), execution.error) == (3, "")


def test_a_model_below_the_threshold_fails_with_the_sentence_of_the_states() -> None:
    execution = run(given(threshold=0.95), WatchWorkflow=watched())
    assert (execution.error, execution.cause) == ("Gate", run_by_states(given(threshold=0.95)).cause)


def test_a_step_that_fails_is_named_with_its_reason() -> None:
    failed = watched(job="FAILED", message="StepFailed: bad eta", failed_step="Train", failure="bad eta")
    execution = run(WatchWorkflow=failed)
    assert (execution.error, execution.cause) == ("Train", "Train: States.TaskFailed: bad eta")


def test_a_job_that_could_not_say_why_is_told_by_glues_message() -> None:
    execution = run(WatchWorkflow=watched(job="TIMEOUT", message="Job run exceeded its time limit"))
    assert execution.error == "StartWorkflow"
    assert execution.cause.endswith("Job run exceeded its time limit wr_1 COMPLETED")


@pytest.mark.parametrize("state", ["FAILED", "TIMEOUT", "ERROR"])
def test_the_spark_job_is_the_step_that_prepares(state: str) -> None:
    job_run = {"JobName": SUBSTITUTIONS["SparkJob"], "JobRunState": state, "ErrorMessage": "TableError: no"}
    nodes = [
        {"Type": "TRIGGER", "Name": "p-training-start", "TriggerDetails": {}},
        {"Type": "JOB", "Name": SUBSTITUTIONS["SparkJob"], "JobDetails": {"JobRuns": [job_run]}},
        {"Type": "JOB", "Name": "p-workflow-train", "JobDetails": {}},
    ]
    watched_run = {"Status": "COMPLETED", "Graph": {"Nodes": nodes}, "WorkflowRunProperties": {}}
    execution = run(WatchWorkflow=answers({"Run": watched_run}))
    assert execution.error == "PrepareBySpark"
    assert execution.cause == "PrepareBySpark: States.TaskFailed: TableError: no"


def test_a_workflow_that_was_stopped_says_so() -> None:
    assert run(WatchWorkflow=watched("STOPPED", "STOPPED")).cause.endswith("wr_1 STOPPED")


def test_a_workflow_that_cannot_be_watched_is_stopped() -> None:
    execution = run(WatchWorkflow=fails("Glue.GlueException", "AccessDenied"))
    assert execution.arguments["StopWorkflow"] == [{"Name": f"{SUBSTITUTIONS['Prefix']}-training", "RunId": "wr_1"}]
    assert (execution.visited[-1], execution.error) == ("Failed", "WatchWorkflow")


def test_a_workflow_that_does_not_start_fails_by_name() -> None:
    execution = run(StartWorkflow=fails("Glue.ConcurrentRunsExceededException", "too many"))
    assert execution.cause == "StartWorkflow: Glue.ConcurrentRunsExceededException: too many"
