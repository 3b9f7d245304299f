"""Each orchestrator, from the launch that switches to it to a model in production: the same jobs, the same outcome."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config import sagemaker_pipeline
from slipway import executions
from tests.end_to_end.plant import STACK, eventually
from tests.end_to_end.support import succeed
from tests.end_to_end.workshop import Document, Executed, Workshop, customer

PIPELINE = f"{STACK}-training"


def switched(workshop: Workshop, orchestrator: str) -> Workshop:
    """The install, launched again with another orchestrator."""
    succeed(workshop.plant.home, "launch", STACK, "--parameter", f"Orchestrator={orchestrator}")
    return workshop


@pytest.fixture(scope="module")
def by_sagemaker(workshop: Workshop) -> Workshop:
    """The install of Step Functions, switched to a SageMaker pipeline, by which a model came to production."""
    switched(workshop, "sagemaker").through_the_pipeline({"train": {"hyperparameters": {"max_depth": 4}}})
    return workshop


# Learns so slowly that it goes on for long enough to be stopped on the way.
LONG = {"train": {"hyperparameters": {"num_round": 10000, "eta": 0.0001, "max_depth": 10}}}


def stopped(workshop: Workshop, training: str) -> bool:
    """Whether a training job was stopped."""
    name = training.rpartition("/")[2]
    job = workshop.client("sagemaker").describe_training_job(TrainingJobName=name)
    assert job["TrainingJobStatus"] in ("InProgress", "Stopping", "Stopped"), job.get("FailureReason")
    return bool(job["TrainingJobStatus"] == "Stopped")


def defined(workshop: Workshop, changes: Document) -> Document:
    """The execution of a changed configuration, whose definition the pipeline has as Build would give it."""
    definition = sagemaker_pipeline.definition(workshop.execution(changes))
    workshop.client("sagemaker").update_pipeline(PipelineName=PIPELINE, PipelineDefinition=json.dumps(definition))
    return changes


def steps(workshop: Workshop) -> dict[str, Any]:
    """The steps of the newest execution of the pipeline, by name."""
    sagemaker = workshop.client("sagemaker")
    newest = sagemaker.list_pipeline_executions(PipelineName=PIPELINE)["PipelineExecutionSummaries"][0]
    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=newest["PipelineExecutionArn"])
    return {step["StepName"]: step for step in listed["PipelineExecutionSteps"]}


def test_a_sagemaker_pipeline_takes_a_model_to_production(by_sagemaker: Workshop) -> None:
    done = steps(by_sagemaker)
    assert {name: step["StepStatus"] for name, step in done.items()} == dict.fromkeys(
        ("Prepare", "Train", "Evaluate", "Gate", "Register"), "Succeeded"
    )
    package = by_sagemaker.client("sagemaker").describe_model_package(
        ModelPackageName=done["Register"]["Metadata"]["RegisterModel"]["Arn"]
    )
    assert package["ModelApprovalStatus"] == "Approved"
    assert set(by_sagemaker.predict()["predictions"][0]) == {"label", "score"}


def test_its_steps_and_jobs_are_told_like_states(by_sagemaker: Workshop) -> None:
    run = by_sagemaker.plant.run(by_sagemaker.plant.newest())
    action = run.action("Train", "Train")
    assert action is not None
    target = by_sagemaker.plant.target
    told = {state.name: state.status for state in executions.states(target, action.external_id)}
    assert {name: told.get(name) for name in ("Prepare", "Train", "Evaluate", "Register")} == dict.fromkeys(
        ("Prepare", "Train", "Evaluate", "Register"), "Succeeded"
    )
    assert [job.kind for job in executions.jobs(target, action.external_id)] == ["processing", "training", "processing"]


def test_other_values_are_the_pipelines_parameters(by_sagemaker: Workshop) -> None:
    executed = by_sagemaker.execute({"train": {"hyperparameters": {"max_depth": 3}}})
    assert executed.status == "SUCCEEDED", executed.error
    training = steps(by_sagemaker)["Train"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    job = by_sagemaker.client("sagemaker").describe_training_job(TrainingJobName=training)
    assert job["HyperParameters"]["max_depth"] == "3"
    assert executed.output["modelDataUrl"] == job["ModelArtifacts"]["S3ModelArtifacts"]
    assert executed.output["championMetrics"]["roc_auc"] > 0.8
    assert set(by_sagemaker.serve(executed, customer())["predictions"][0]) == {"label", "score"}


@pytest.mark.parametrize(
    "changes",
    [
        {"train": {"engine": "xgboost", "spot": {"enabled": True}}},
        {"evaluate": {"metric": "log_loss", "direction": "minimize", "threshold": 0.6}},
    ],
    ids=["the built-in xgboost on spot instances", "a metric to minimize"],
)
def test_another_shape_is_another_definition(by_sagemaker: Workshop, changes: Document) -> None:
    executed = by_sagemaker.execute(defined(by_sagemaker, changes))
    assert set(by_sagemaker.serve(executed, customer())["predictions"][0]) == {"label", "score"}
    package = by_sagemaker.package(executed)["CustomerMetadataProperties"]
    assert float(package["value"]) == pytest.approx(executed.output["metrics"][package["metric"]])


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"train": {"algorithm": "logistic_regression", "hyperparameters": {}}}, "Start: "),
        ({"evaluate": {"threshold": 0.999}}, "Gate: roc_auc is "),
        ({"dataset": {"target": "customer"}}, "Prepare: States.TaskFailed: "),
    ],
    ids=["a definition of another shape", "below the threshold", "a bad table"],
)
def test_what_fails_reaches_the_person_as_step_and_reason(
    by_sagemaker: Workshop, changes: Document, error: str
) -> None:
    defined(by_sagemaker, {})
    executed: Executed = by_sagemaker.execute(changes)
    assert executed.status == "FAILED"
    assert executed.error.startswith(error)


def test_what_was_trained_before_the_switch_is_known(workshop: Workshop, by_sagemaker: Workshop) -> None:
    known = workshop.first
    reused = by_sagemaker.ended(by_sagemaker.started(known))
    assert reused.status == "SUCCEEDED", reused.error
    assert (reused.output["reused"], reused.output["trainingKey"]) == (True, known["trainingKey"])


@pytest.fixture(scope="module")
def by_glue(by_sagemaker: Workshop) -> Workshop:
    """The install, switched on to a Glue workflow, by which a model of the built-in XGBoost came to production."""
    changes = {"train": {"engine": "xgboost", "hyperparameters": {"max_depth": 3}}}
    switched(by_sagemaker, "glue").through_the_pipeline(changes)
    return by_sagemaker


def workflow_run(workshop: Workshop) -> dict[str, Any]:
    """The newest run of the workflow, with its graph."""
    found: dict[str, Any] = workshop.client("glue").get_workflow_runs(Name=PIPELINE, IncludeGraph=True)["Runs"][0]
    return found


def check_workflow(workshop: Workshop) -> None:
    """The newest run asked a live endpoint, which is gone, and its model answers in production."""
    run = workflow_run(workshop)
    assert (run["Status"], run["Statistics"]["SucceededActions"]) == ("COMPLETED", 2)
    assert float(run["WorkflowRunProperties"]["live_accuracy"]) > 0.7
    endpoints = workshop.client("sagemaker").list_endpoints()["Endpoints"]
    assert sorted(endpoint["EndpointName"] for endpoint in endpoints) == [f"{STACK}-production", f"{STACK}-test"]
    assert set(workshop.predict()["predictions"][0]) == {"label", "score"}


def test_a_glue_workflow_takes_the_built_in_xgboost_to_production_after_asking_a_live_endpoint(
    by_glue: Workshop,
) -> None:
    check_workflow(by_glue)
    assert by_glue.client("sagemaker").list_pipelines()["PipelineSummaries"] == []


def test_its_jobs_are_told_like_those_of_states(by_glue: Workshop) -> None:
    action = by_glue.plant.run(by_glue.plant.newest()).action("Train", "Train")
    assert action is not None
    target = by_glue.plant.target
    told = {state.name: state.status for state in executions.states(target, action.external_id)}
    assert told[f"{STACK}-workflow-prepare"] == told[f"{STACK}-workflow-train"] == "Succeeded"
    assert sorted(job.kind for job in executions.jobs(target, action.external_id)) == [
        "glue",
        "glue",
        "processing",
        "processing",
        "training",
    ]


@pytest.fixture(scope="module")
def of_the_job_image(by_glue: Workshop) -> Workshop:
    """The same workflow, back at the job image's model, whose definition the executions below have."""
    by_glue.through_the_pipeline({"train": {"hyperparameters": {"max_depth": 2}}})
    return by_glue


def test_the_workflow_takes_the_job_images_model_to_production(of_the_job_image: Workshop) -> None:
    check_workflow(of_the_job_image)


def test_the_workflow_trains_by_other_values_beside_the_champion(of_the_job_image: Workshop) -> None:
    executed = of_the_job_image.execute({"train": {"hyperparameters": {"max_depth": 3}}})
    assert executed.status == "SUCCEEDED", executed.error
    assert executed.output["championMetrics"]["roc_auc"] > 0.8
    assert set(of_the_job_image.serve(executed, customer())["predictions"][0]) == {"label", "score"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"evaluate": {"threshold": 0.999}}, "Gate: roc_auc is "),
        ({"dataset": {"target": "customer"}}, "Prepare: States.TaskFailed: AlgorithmError: telecom-churn.csv, "),
    ],
    ids=["below the threshold", "a bad table"],
)
def test_what_fails_in_a_workflow_reaches_the_person_as_step_and_reason(
    of_the_job_image: Workshop, changes: Document, error: str
) -> None:
    executed = of_the_job_image.execute(changes)
    assert executed.status == "FAILED"
    assert executed.error.startswith(error)


def test_deleting_the_install_stops_its_workflow_and_the_job_that_this_started(of_the_job_image: Workshop) -> None:
    before = workflow_run(of_the_job_image)["WorkflowRunId"]
    of_the_job_image.started(of_the_job_image.execution(LONG))

    def training() -> str | None:
        found = workflow_run(of_the_job_image)
        job: str | None = found["WorkflowRunProperties"].get("train_job")
        return None if found["WorkflowRunId"] == before else job

    job = eventually(training, "the workflow trains")
    of_the_job_image.delete()
    eventually(lambda: stopped(of_the_job_image, job), f"{job} is stopped")
    assert of_the_job_image.client("glue").list_workflows()["Workflows"] == []
    assert of_the_job_image.client("sagemaker").list_endpoints()["Endpoints"] == []
