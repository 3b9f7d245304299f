"""`prepare.engine: glue` with the orchestrators other than the state machine, as docs/orchestrators.md has it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from config import sagemaker_pipeline
from tests.end_to_end.plant import STACK, eventually
from tests.end_to_end.test_orchestrators import LONG, stopped
from tests.end_to_end.workshop import Document, Workshop, customer, opened

PIPELINE = f"{STACK}-training"
BY_SPARK: Document = {"prepare": {"engine": "glue", "workerType": "G.1X", "workers": 2}}
WRONG: Document = {**BY_SPARK, "evaluate": {"positiveClass": "perhaps"}}
REFUSAL = "TableError: evaluate.positiveClass is 'perhaps', column 'churn' holds 'no', 'yes'"


@pytest.fixture(scope="module")
def by_sagemaker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with opened(tmp_path_factory.mktemp("callback") / ".slipway", BY_SPARK, {"Orchestrator": "sagemaker"}) as made:
        yield made


def steps(workshop: Workshop) -> dict[str, Any]:
    """The steps of the newest execution of the pipeline, by name."""
    listed = workshop.client("sagemaker").list_pipeline_execution_steps(PipelineExecutionArn=newest(workshop))
    return {step["StepName"]: step for step in listed["PipelineExecutionSteps"]}


def newest(workshop: Workshop) -> str:
    found = workshop.client("sagemaker").list_pipeline_executions(PipelineName=PIPELINE)
    return str(found["PipelineExecutionSummaries"][0]["PipelineExecutionArn"])


def job_runs(workshop: Workshop) -> list[dict[str, Any]]:
    """The runs of the Spark job, the newest first."""
    found: list[dict[str, Any]] = workshop.client("glue").get_job_runs(JobName=f"{STACK}-prepare")["JobRuns"]
    return found


def test_a_callback_joins_spark_to_a_pipeline_that_takes_a_model_to_production(by_sagemaker: Workshop) -> None:
    done = steps(by_sagemaker)
    assert {name: step["StepStatus"] for name, step in done.items()} == dict.fromkeys(
        ("PrepareBySpark", "Train", "Evaluate", "Gate", "Register"), "Succeeded"
    )
    (run,) = job_runs(by_sagemaker)
    told = done["PrepareBySpark"]["Metadata"]["Callback"]
    assert run["JobRunState"] == "SUCCEEDED"
    assert told["OutputParameters"] == [{"Name": "jobRunId", "Value": run["Id"]}]
    assert run["Arguments"]["--callback-token"] == told["CallbackToken"]
    assert set(by_sagemaker.predict()["predictions"][0]) == {"label", "score"}


def test_a_table_that_is_wrong_fails_the_callback_with_sparks_sentence(by_sagemaker: Workshop) -> None:
    executed = by_sagemaker.execute(WRONG)
    assert (executed.status, executed.error) == (
        "FAILED",
        f"PrepareBySpark: States.TaskFailed: ClientError: {REFUSAL}",
    )


def test_a_pipeline_that_is_stopped_stops_spark_too(by_sagemaker: Workshop) -> None:
    runs = len(job_runs(by_sagemaker))
    execution = by_sagemaker.started(by_sagemaker.execution(BY_SPARK))
    eventually(lambda: len(job_runs(by_sagemaker)) > runs, "Spark begins")
    by_sagemaker.client("sagemaker").stop_pipeline_execution(
        PipelineExecutionArn=newest(by_sagemaker), ClientRequestToken="s" * 32
    )
    assert (
        by_sagemaker.ended(execution).error
        == f"PrepareBySpark: States.TaskFailed: ClientError: The job run {job_runs(by_sagemaker)[0]['Id']} is STOPPED."
    )
    assert job_runs(by_sagemaker)[0]["JobRunState"] == "STOPPED"


def defined(workshop: Workshop, changes: Document) -> Document:
    """A changed configuration, whose definition the pipeline has as Build would give it."""
    queue = workshop.client("sqs").get_queue_url(QueueName=f"{STACK}-callback")["QueueUrl"]
    definition = sagemaker_pipeline.definition(workshop.execution(changes), queue)
    workshop.client("sagemaker").update_pipeline(PipelineName=PIPELINE, PipelineDefinition=json.dumps(definition))
    return changes


def test_the_built_in_xgboost_trains_on_what_spark_left(by_sagemaker: Workshop) -> None:
    changes = defined(by_sagemaker, {**BY_SPARK, "train": {"engine": "xgboost"}})
    assert set(by_sagemaker.serve(by_sagemaker.execute(changes), customer())["predictions"][0]) == {"label", "score"}


def test_deleting_the_install_stops_its_pipeline_first(by_sagemaker: Workshop) -> None:
    by_sagemaker.started(by_sagemaker.execution(defined(by_sagemaker, {**BY_SPARK, **LONG})))

    def training() -> str | None:
        found = steps(by_sagemaker).get("Train", {"StepStatus": "Starting"})
        return found["Metadata"]["TrainingJob"]["Arn"] if found["StepStatus"] == "Executing" else None

    job = eventually(training, "the pipeline trains")
    by_sagemaker.delete()
    eventually(lambda: stopped(by_sagemaker, job), f"{job} is stopped")
    assert by_sagemaker.client("sagemaker").list_pipelines()["PipelineSummaries"] == []


@pytest.fixture(scope="module")
def by_glue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with opened(tmp_path_factory.mktemp("workflow") / ".slipway", BY_SPARK, {"Orchestrator": "glue"}) as made:
        yield made


def test_a_workflow_goes_from_spark_to_a_python_shell_and_a_model_to_production(by_glue: Workshop) -> None:
    (run,) = by_glue.client("glue").get_workflow_runs(Name=PIPELINE, IncludeGraph=True)["Runs"]
    assert (run["Status"], run["Statistics"]["SucceededActions"]) == ("COMPLETED", 2)
    jobs = {node["Name"] for node in run["Graph"]["Nodes"] if node["Type"] == "JOB"}
    assert jobs == {f"{STACK}-prepare", f"{STACK}-workflow-train"}
    properties = run["WorkflowRunProperties"]
    assert float(properties["live_accuracy"]) > 0.7
    assert "prepare_job" not in properties
    assert set(by_glue.predict()["predictions"][0]) == {"label", "score"}


def test_a_table_that_is_wrong_fails_the_workflow_with_sparks_sentence(by_glue: Workshop) -> None:
    executed = by_glue.execute(WRONG)
    assert (executed.status, executed.error) == ("FAILED", f"PrepareBySpark: States.TaskFailed: {REFUSAL}")
