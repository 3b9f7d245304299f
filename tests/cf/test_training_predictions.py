"""cf/training.asl.json: models that only their own containers can ask, measured by what those answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cf.state_machine import Execution
from tests.cf.test_training_asl import PACKAGE, STATES, answers, body, champion, evaluation, fails, given, package, run

ASKED = ["Model", "Predict", "Forget", "Predicted"]
CONTAINERS = [
    {"image": "jobs", "model": "prepare/encoder/model.tar.gz", "environment": {"SERVE": "arrange"}},
    {"image": "autogluon", "model": "train"},
]


def foreign() -> dict[str, Any]:
    """An execution.json whose model the job image cannot load."""
    document = given()
    document["training"] |= {"measuredBy": "predictions", "containers": CONTAINERS}
    document["config"]["train"]["engine"] = "autogluon"
    return document


def inputs(execution: Execution) -> dict[str, str]:
    """What Evaluate was given."""
    (arguments,) = execution.arguments["Evaluate"]
    return {found["InputName"]: found["S3Input"]["S3Uri"] for found in arguments["ProcessingInputs"]}


def test_a_candidate_is_measured_by_what_its_containers_answer() -> None:
    execution = run(foreign())
    at = execution.visited.index("Containers")
    assert execution.visited[at : at + 8] == ["Containers", "Predictions", *ASKED, "Predictions", "Evaluate"]
    (model,) = execution.arguments["Model"]
    assert model["EnableNetworkIsolation"] is True
    assert [container["Image"] for container in model["Containers"]] == ["jobs", "autogluon"]
    (transform,) = execution.arguments["Predict"]
    assert transform["ModelName"] == model["ModelName"]
    source = transform["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    assert source == "s3://artifacts/runs/run-1/prepare/features/"
    assert execution.arguments["Forget"] == [{"ModelName": model["ModelName"]}]
    found = inputs(execution)
    assert "model" not in found
    assert found["predictions"] == "s3://artifacts/runs/run-1/predict/model"
    assert found["findings"] == "s3://artifacts/runs/run-1/train/j/output/output.tar.gz"
    (registered,) = execution.arguments["Register"]
    assert registered["InferenceSpecification"]["Containers"] == model["Containers"]
    assert registered["CustomerMetadataProperties"]["measuredBy"] == "predictions"


def test_a_champion_is_asked_through_its_packages_containers_whatever_the_candidate_is() -> None:
    execution = run(Champion=champion(), Package=package("predictions"), Evaluation=evaluation({"roc_auc": 0.9}))
    (model,) = execution.arguments["Model"]
    assert model["Containers"] == [{"Image": "i", "ModelDataUrl": "s3://m", "Environment": {"A": "b"}}]
    found = inputs(execution)
    assert found["model"].endswith("model.tar.gz")
    assert "champion" not in found
    assert found["champion-predictions"] == "s3://artifacts/runs/run-1/predict/champion"
    assert found["champion-encoder"] == "s3://artifacts/runs/old/prepare/encoder"
    assert execution.output["championMetrics"] == {"roc_auc": 0.9}


def test_both_are_asked_one_after_the_other() -> None:
    execution = run(foreign(), Champion=champion(), Package=package("predictions"))
    at = execution.visited.index("Containers")
    assert execution.visited[at + 1 : at + 11] == ["Predictions", *ASKED, "Predictions", *ASKED]
    assert {"predictions", "champion-predictions"} <= set(inputs(execution))
    names = [arguments["ModelName"] for arguments in execution.arguments["Model"]]
    assert len(set(names)) == 2
    assert [arguments["ModelName"] for arguments in execution.arguments["Forget"]] == names


@pytest.mark.parametrize("step", ["Model", "Predict"])
def test_a_champion_that_does_not_answer_is_said_to_be_incomparable(step: str) -> None:
    cause = json.dumps({"FailureReason": "ClientError: 3 columns"})
    execution = run(Champion=champion(), Package=package("predictions"), **{step: fails("States.TaskFailed", cause)})
    (arguments,) = execution.arguments["Evaluate"]
    assert arguments["Environment"] == {"CHAMPION_FAULT": f"{step}: ClientError: 3 columns"}
    assert not {"champion", "champion-predictions", "champion-encoder"} & set(inputs(execution))
    assert execution.output["modelPackageArn"] == PACKAGE


@pytest.mark.parametrize("step", ["Model", "Predict"])
def test_the_model_is_gone_whatever_failed(step: str) -> None:
    execution = run(foreign(), **{step: fails("States.TaskFailed", "no")})
    assert [arguments["ModelName"] for arguments in execution.arguments["Forget"]] == [
        execution.arguments["Model"][0]["ModelName"]
    ]
    assert (execution.visited[-1], execution.error) == ("Failed", step)


def test_the_first_failure_is_the_one_that_is_told() -> None:
    execution = run(foreign(), Model=fails("SageMaker.X", "no image"), Forget=fails("SageMaker.Y", "no such model"))
    assert execution.cause == "Model: SageMaker.X: no image"


def test_a_champion_whose_package_is_gone_goes_to_evaluate_as_it_is() -> None:
    execution = run(Champion=champion(), Package=fails("SageMaker.SageMakerException", "does not exist"))
    assert inputs(execution)["champion"] == "s3://artifacts/runs/old/model.tar.gz"


def test_what_a_known_candidate_answered_is_not_asked_again() -> None:
    saved = {**run(foreign()).output, "run": "s3://artifacts/runs/run-0", "championPackageArn": "-"}
    execution = run(foreign(), Reuse=body(saved), Champion=champion())
    assert "Model" not in execution.visited
    assert inputs(execution)["predictions"] == "s3://artifacts/runs/run-0/predict/model"


def test_the_scripts_come_from_the_bucket_and_not_from_the_run() -> None:
    document = foreign()
    code = {"name": "code", "contentType": "application/gzip", "path": "prepare/code/", "key": "packages/autogluon/1/"}
    document["training"]["channels"].append(code | {"distribution": "FullyReplicated"})
    (arguments,) = run(document, Train=answers({"ModelArtifacts": {"S3ModelArtifacts": "s3://m"}})).arguments["Train"]
    sources = [channel["DataSource"]["S3DataSource"]["S3Uri"] for channel in arguments["InputDataConfig"]]
    assert sources[-1] == "s3://artifacts/packages/autogluon/1/"


def test_the_models_that_are_asked_have_no_network() -> None:
    assert STATES["Model"]["Arguments"]["EnableNetworkIsolation"] is True
