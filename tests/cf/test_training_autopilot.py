"""cf/training.asl.json: an AutoML job, followed without a function, and what becomes of its best candidate."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cf.state_machine import TaskFailed
from tests.cf.test_training_asl import CANDIDATE, SEARCHED, answers, fails, given, run

CONTAINERS = [
    {"image": "jobs", "model": "prepare/encoder/model.tar.gz", "environment": {"SERVE": "arrange"}},
    {"model": "best"},
    {"image": "jobs", "model": "prepare/encoder/model.tar.gz", "environment": {"SERVE": "translate"}},
]
ASKED = "SAGEMAKER_INFERENCE_OUTPUT"


def automl() -> dict[str, Any]:
    """An execution.json of the engine autopilot."""
    document = given()
    request = {"AutoMLJobObjective": {"MetricName": "AUC"}}
    document["training"] = {
        "autopilot": request,
        "hyperParameters": {"objective": "AUC"},
        "containers": CONTAINERS,
        "measuredBy": "predictions",
    }
    document["config"]["train"]["engine"] = "autopilot"
    return document


def test_the_job_is_asked_for_until_it_has_ended() -> None:
    statuses = iter(["InProgress", "InProgress", "Completed"])
    execution = run(automl(), Progress=lambda _: {**SEARCHED, "AutoMLJobStatus": next(statuses)})
    assert execution.visited.count("Pause") == 3
    (arguments,) = execution.arguments["Autopilot"]
    assert len(arguments["AutoMLJobName"]) <= 32
    assert arguments["RoleArn"] == "autopilot-role"
    assert arguments["AutoMLJobObjective"] == {"MetricName": "AUC"}
    (channel,) = arguments["AutoMLJobInputDataConfig"]
    assert channel["DataSource"]["S3DataSource"]["S3Uri"] == "s3://artifacts/runs/run-1/prepare/train/"
    assert {"Train", "Tune", "Halt"}.isdisjoint(execution.visited)
    assert execution.error == ""


def test_the_best_candidates_containers_stand_between_two_of_ours_and_say_all_that_is_needed() -> None:
    (arguments,) = run(automl()).arguments["Register"]
    first, best, last = arguments["InferenceSpecification"]["Containers"]
    assert [first["Environment"]["SERVE"], last["Environment"]["SERVE"]] == ["arrange", "translate"]
    assert (best["Image"], best["ModelDataUrl"]) == ("best", "s3://best")
    assert best["Environment"] == {"MODEL_NAME": "m", ASKED: "predicted_label,probabilities,labels"}


def test_of_three_containers_the_algorithm_hands_on_what_the_last_one_says() -> None:
    three = [{"Image": name, "ModelDataUrl": f"s3://{name}", "Environment": {}} for name in ("a", "b", "c")]
    searched = {**SEARCHED, "BestCandidate": {**CANDIDATE, "InferenceContainers": three}}
    (arguments,) = run(automl(), Progress=answers(searched)).arguments["Register"]
    _, features, algorithm, labels, _ = arguments["InferenceSpecification"]["Containers"]
    assert features["Environment"] == {}
    assert algorithm["Environment"] == {ASKED: "predicted_label,probabilities"}
    assert labels["Environment"] == {
        "SAGEMAKER_INFERENCE_INPUT": "predicted_label,probabilities",
        ASKED: "predicted_label,probabilities,labels",
    }


def test_the_candidates_are_kept_for_the_report() -> None:
    execution = run(automl())
    (kept,) = execution.arguments["Leaderboard"]
    assert kept["Key"] == "runs/run-1/findings/candidates.json"
    assert kept["Body"] == [{"name": "trial-1", "value": 0.9, "metrics": {"AUC": 0.9, "F1": 0.8}}]
    (arguments,) = execution.arguments["Evaluate"]
    inputs = {found["InputName"]: found["S3Input"]["S3Uri"] for found in arguments["ProcessingInputs"]}
    assert inputs["findings"] == "s3://artifacts/runs/run-1/findings/candidates.json"


@pytest.mark.parametrize("status", ["Failed", "Stopped"])
def test_a_job_that_ended_badly_says_why(status: str) -> None:
    ended = {"AutoMLJobStatus": status, "FailureReason": "the target has one class"}
    execution = run(automl(), Progress=answers(ended))
    name = execution.arguments["Autopilot"][0]["AutoMLJobName"]
    assert execution.cause == f"Autopilot: {status}: the target has one class (job {name})"
    assert "Halt" not in execution.visited


def test_a_job_without_a_candidate_is_no_success() -> None:
    execution = run(automl(), Progress=answers({"AutoMLJobStatus": "Completed"}))
    assert execution.cause == "Autopilot: NoCandidate: the job ended without a candidate that can be deployed"


@pytest.mark.parametrize("step", ["Autopilot", "Progress"])
def test_a_job_that_cannot_be_followed_is_stopped(step: str) -> None:
    execution = run(automl(), **{step: fails("SageMaker.X", "no answer")})
    (stopped,) = execution.arguments["Halt"]
    assert stopped["AutoMLJobName"].startswith("auto-")
    assert execution.cause == f"{step}: SageMaker.X: no answer"


def test_the_first_failure_is_told_when_there_is_nothing_to_stop() -> None:
    def gone(_: dict[str, Any]) -> Any:
        raise TaskFailed("SageMaker.SageMakerException", "no such job")

    execution = run(automl(), Autopilot=fails("SageMaker.X", "refused"), Halt=gone)
    assert execution.cause == "Autopilot: SageMaker.X: refused"
