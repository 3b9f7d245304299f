"""cf/training.asl.json with the orchestrator sagemaker: a pipeline is started, watched, and its outcome told alike."""

from __future__ import annotations

from typing import Any

import pytest

from config import sagemaker_pipeline
from tests.cf import state_machine
from tests.cf.state_machine import Execution, Task
from tests.cf.test_training_asl import (
    CHAMPION,
    METRICS,
    PACKAGE,
    PATH,
    SUBSTITUTIONS,
    answers,
    body,
    champion,
    evaluation,
    fails,
    given,
    saved,
    tasks,
)
from tests.cf.test_training_asl import run as run_by_states

DEFINITION = state_machine.load(PATH, SUBSTITUTIONS | {"Orchestrator": "sagemaker"})
PIPELINE_EXECUTION = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/p-training/execution/abc"
JOBS = "arn:aws:sagemaker:eu-west-1:123456789012"
WATCHED = ["Orchestrated", "Start", "Wait", "Watch", "Watched", "Steps", "Ran"]


def step(name: str, status: str = "Succeeded", reason: str = "", **metadata: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"StepName": name, "StepStatus": status, "Metadata": metadata}
    return made | ({"FailureReason": reason} if reason else {})


GOOD = [
    step("Register", RegisterModel={"Arn": PACKAGE}),
    step("Gate", Condition={"Outcome": "True"}),
    step("Evaluate", ProcessingJob={"Arn": f"{JOBS}:processing-job/pipelines-abc-Evaluate-1"}),
    step("Train", TrainingJob={"Arn": f"{JOBS}:training-job/pipelines-abc-Train-1"}),
    step("Prepare", ProcessingJob={"Arn": f"{JOBS}:processing-job/pipelines-abc-Prepare-1"}),
]


def run(execution_input: dict[str, Any] | None = None, /, **changed: Task) -> Execution:
    watched = {
        "Start": answers({"PipelineExecutionArn": PIPELINE_EXECUTION}),
        "Watch": answers({"PipelineExecutionStatus": "Succeeded"}),
        "Steps": answers({"PipelineExecutionSteps": GOOD}),
        "Stop": answers({}),
        "Reason": answers({"FailureReason": "AlgorithmError", "ExitMessage": 'no column "x"'}),
    }
    return state_machine.run(DEFINITION, execution_input or given(), tasks() | watched | changed)


def failed(*steps: dict[str, Any], reason: str = "Step failure: One or multiple steps failed.") -> dict[str, Task]:
    return {
        "Watch": answers({"PipelineExecutionStatus": "Failed", "FailureReason": reason}),
        "Steps": answers({"PipelineExecutionSteps": list(steps)}),
    }


def parameters(execution: Execution) -> dict[str, str]:
    (arguments,) = execution.arguments["Start"]
    return {item["Name"]: item["Value"] for item in arguments["PipelineParameters"]}


def test_the_outcome_is_that_of_the_states() -> None:
    execution = run()
    before, after = ["Reuse", "Champion", "Known", "Configure", "Orchestrator", "Parameters"], ["Evaluation", "Gate"]
    assert execution.visited == [*before, *WATCHED, *after, "Result", "Save"]
    train = "s3://artifacts/runs/run-1/train/pipelines-abc-Train-1/output/model.tar.gz"
    assert execution.output == run_by_states().output | {"modelDataUrl": train}


@pytest.mark.parametrize("spot", [False, True], ids=["on demand", "spot"])
def test_the_pipeline_is_given_each_of_its_parameters_as_a_text_and_no_other(spot: bool) -> None:
    document = given(spot=spot)
    definition = sagemaker_pipeline.definition(document)
    found = parameters(run(document))
    assert sorted(found) == sorted(parameter["Name"] for parameter in definition["Parameters"])
    assert all(isinstance(value, str) and value for value in found.values())
    assert (found["HyperParameters-eta"], found["Threshold"], found["TrainInstanceCount"]) == ("0.1", "0.8", "1")


def test_without_a_champion_a_file_that_is_no_model_stands_in_its_place() -> None:
    found = parameters(run())
    assert found["Champion"] == found["ChampionEncoder"] == "s3://artifacts/runs/run-1/execution.json"


def test_the_champion_is_measured_beside_the_candidate() -> None:
    execution = run(Champion=champion(), Evaluation=evaluation({"roc_auc": 0.9}))
    found = parameters(execution)
    assert found["Champion"] == "s3://artifacts/runs/old/model.tar.gz"
    assert found["ChampionEncoder"] == "s3://artifacts/runs/old/prepare/encoder"
    assert execution.output["championMetrics"] == {"roc_auc": 0.9}


def test_a_known_model_is_evaluated_again_without_the_pipeline() -> None:
    execution = run(Reuse=body(saved()), Champion=champion(), Evaluation=evaluation({"roc_auc": 0.9}))
    before = ["Reuse", "Champion", "Package", "Known", "Predictions"]
    assert execution.visited == [*before, "Evaluate", "Evaluation", "Gate", "Result", "Save"]
    assert (execution.output["reused"], execution.output["championPackageArn"]) == (True, CHAMPION)


def test_a_pipeline_that_runs_is_asked_again() -> None:
    statuses = iter(["Executing", "Executing", "Stopping", "Succeeded"])
    execution = run(Watch=lambda _: {"PipelineExecutionStatus": next(statuses)})
    assert execution.visited.count("Wait") == 4
    assert execution.error == ""


def test_a_model_below_the_threshold_fails_with_the_sentence_of_the_states() -> None:
    below = failed(step("BelowThreshold", "Failed", "roc_auc does not reach", Fail={"ErrorMessage": "it"}), *GOOD[1:])
    execution = run(given(threshold=0.95), **below)
    assert (execution.error, execution.cause) == ("Gate", run_by_states(given(threshold=0.95)).cause)


def test_a_step_that_fails_is_named_with_its_reason() -> None:
    arn = f"{JOBS}:training-job/pipelines-abc-Train-1"
    execution = run(**failed(step("Train", "Failed", "ClientError: bad eta", TrainingJob={"Arn": arn}), GOOD[4]))
    assert (execution.error, execution.cause) == ("Train", "Train: States.TaskFailed: ClientError: bad eta")


def by_spark() -> dict[str, Any]:
    """An execution whose table Spark prepares."""
    document = given()
    document["config"]["prepare"] |= {"engine": "glue", "workerType": "G.2X", "workers": 5}
    document["preparation"] = {"code": "s3://artifacts/packages/jobs.zip"}
    return document


def test_spark_is_given_its_workers_by_parameters() -> None:
    document = by_spark()
    found = parameters(run(document))
    definition = sagemaker_pipeline.definition(document)
    assert sorted(found) == sorted(parameter["Name"] for parameter in definition["Parameters"])
    assert (found["SparkWorkerType"], found["SparkWorkers"]) == ("G.2X", "5")
    assert found["SparkCode"] == "s3://artifacts/packages/jobs.zip"


def test_a_callback_that_fails_is_named_with_its_reason() -> None:
    callback = step("PrepareBySpark", "Failed", "ClientError: TableError: no", Callback={"CallbackToken": "abc"})
    execution = run(by_spark(), **failed(callback))
    assert execution.cause == "PrepareBySpark: States.TaskFailed: ClientError: TableError: no"


def test_a_step_that_made_no_job_is_named_with_its_reason() -> None:
    execution = run(**failed(step("Prepare", "Failed", "ClientError: Failed to invoke sagemaker:CreateProcessingJob")))
    assert execution.error == "Prepare"
    assert execution.cause.endswith("Failed to invoke sagemaker:CreateProcessingJob")


def test_what_a_processing_job_said_last_is_the_reason_as_it_is_of_the_states() -> None:
    arn = f"{JOBS}:processing-job/pipelines-abc-Prepare-1"
    prepare = step("Prepare", "Failed", "ClientError: AlgorithmError", ProcessingJob={"Arn": arn})
    execution = run(**failed(prepare))
    assert execution.arguments["Reason"] == [{"ProcessingJobName": "pipelines-abc-Prepare-1"}]
    assert execution.cause == 'Prepare: States.TaskFailed: AlgorithmError no column "x"'
    without = run(**failed(prepare), Reason=fails("SageMaker.SageMakerException"))
    assert without.cause == "Prepare: States.TaskFailed: ClientError: AlgorithmError"


def test_a_pipeline_that_was_stopped_says_so() -> None:
    stopped = {
        "Watch": answers({"PipelineExecutionStatus": "Stopped"}),
        "Steps": answers({"PipelineExecutionSteps": []}),
    }
    execution = run(**stopped)
    assert execution.cause == f"Start: Stopped: {PIPELINE_EXECUTION}"


def test_a_pipeline_that_cannot_be_watched_is_stopped() -> None:
    execution = run(Watch=fails("SageMaker.SageMakerException", "AccessDenied"))
    assert execution.arguments["Stop"][0]["PipelineExecutionArn"] == PIPELINE_EXECUTION
    assert (execution.error, execution.cause) == ("Watch", "Watch: SageMaker.SageMakerException: AccessDenied")


@pytest.mark.parametrize("name", ["Start", "Steps"])
def test_a_call_that_fails_ends_in_a_fail_that_names_it(name: str) -> None:
    execution = run(**{name: fails("SageMaker.SageMakerException", "AccessDenied")})
    assert (execution.visited[-1], execution.error) == ("Failed", name)


def test_a_start_asked_for_twice_starts_once() -> None:
    tokens = [run().arguments["Start"][0]["ClientRequestToken"] for _ in range(2)]
    assert tokens[0] == tokens[1]
    assert len(tokens[0]) == 64


def value(asked: Any, given_values: dict[str, str], types: dict[str, str]) -> Any:
    """What a pipeline makes of its definition: parameters, joins, and of the steps what the states' tests answer."""
    if isinstance(asked, list):
        return [value(item, given_values, types) for item in asked]
    if not isinstance(asked, dict):
        return asked
    if "Get" in asked:
        if asked["Get"].startswith("Steps.Train."):
            return "s3://artifacts/runs/run-1/train/j/output/model.tar.gz"
        name = asked["Get"].removeprefix("Parameters.")
        return int(given_values[name]) if types[name] == "Integer" else given_values[name]
    if "Std:Join" in asked:
        return asked["Std:Join"]["On"].join(
            str(value(item, given_values, types)) for item in asked["Std:Join"]["Values"]
        )
    if "Std:JsonGet" in asked:
        return METRICS[asked["Std:JsonGet"]["Path"].removeprefix("metrics.")]
    return {key: value(item, given_values, types) for key, item in asked.items()}


@pytest.mark.parametrize("spot", [False, True], ids=["on demand", "spot"])
@pytest.mark.parametrize("several", [False, True], ids=["one container", "several"])
def test_the_steps_ask_for_what_the_states_ask_for(spot: bool, several: bool) -> None:
    document = given(spot=spot)
    document["config"]["train"]["engine"] = "container"
    if several:
        encoder = {"image": document["image"], "model": "prepare/encoder/model.tar.gz", "environment": {"SERVE": "x"}}
        document["training"]["containers"].insert(0, encoder)
    by_states = run_by_states(document, Champion=champion()).arguments
    definition = sagemaker_pipeline.definition(document)
    found = parameters(run(document, Champion=champion()))
    types = {one["Name"]: one["Type"] for one in definition["Parameters"]}
    steps = {one["Name"]: one for one in definition["Steps"]}
    steps |= {one["Name"]: one for one in steps["Gate"]["Arguments"]["IfSteps"]}
    for name in ("Prepare", "Train", "Evaluate", "Register"):
        asked = value(steps[name]["Arguments"], found, types)
        names = {"ProcessingJobName", "TrainingJobName", "ClientToken", "EnableManagedSpotTraining"}
        (state,) = by_states[name]
        assert without(asked, names) == without(state, names), name
    assert value(steps["Train"]["Arguments"], found, types).get("EnableManagedSpotTraining", False) is spot


def without(arguments: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Arguments without some and without what is empty; the order of a step's inputs says nothing."""
    kept = {key: item for key, item in arguments.items() if key not in names and item != {}}
    if "ProcessingInputs" in kept:
        kept["ProcessingInputs"] = sorted(kept["ProcessingInputs"], key=lambda one: str(one["InputName"]))
    return kept


def test_a_champion_that_only_its_predictions_measure_is_left_out() -> None:
    document = given()
    metadata = {"measuredBy": "predictions", "engine": "autogluon"}
    package = {"CustomerMetadataProperties": metadata, "InferenceSpecification": {"Containers": [{"Image": "a"}]}}
    found = parameters(run(document, Champion=champion(), Package=answers(package)))
    assert found["Champion"] == found["ChampionEncoder"] == "s3://artifacts/runs/run-1/execution.json"
