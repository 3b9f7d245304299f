"""AutoML jobs that really train: candidates with metrics, artefacts that serve, and how a job ends."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest

from slipway.engine.aws_images import StandIn, known
from slipway.engine.aws_images.autogluon import TAG
from slipway.engine.services.sagemaker.automl.progress import MARK
from tests.heavy.sagemaker.conftest import BUCKET, ROLE, Account, eventually, rows, table

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateAutoMLJobV2.html")
LOGS = "/aws/sagemaker/AutoMLJobs"


class Autopilot:
    """AutoML jobs of an account."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.client = account.sagemaker

    def start(self, data: str, tabular: dict[str, Any], **more: Any) -> str:
        name = f"automl-{uuid.uuid4().hex[:8]}"
        uri = self.account.put(f"{name}/train.csv", data)
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}
        self.client.create_auto_ml_job_v2(
            AutoMLJobName=name,
            AutoMLJobInputDataConfig=[{"ChannelType": "training", "DataSource": source}, *more.pop("channels", [])],
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/automl"},
            AutoMLProblemTypeConfig={"TabularJobConfig": {"TargetAttributeName": "left", **tabular}},
            RoleArn=ROLE,
            **more,
        )
        return name

    def ended(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = eventually(lambda: self._ended(name))
        return found

    def _ended(self, name: str) -> dict[str, Any] | None:
        found: dict[str, Any] = self.client.describe_auto_ml_job_v2(AutoMLJobName=name)
        return found if found["AutoMLJobStatus"] in {"Completed", "Failed", "Stopped"} else None

    def candidates(self, name: str, **more: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.list_candidates_for_auto_ml_job(AutoMLJobName=name, **more)[
            "Candidates"
        ]
        return found


@pytest.fixture
def autopilot(account: Account) -> Autopilot:
    return Autopilot(account)


def unlabelled(asked: list[list[str]]) -> str:
    return "\n".join(",".join(row[:3]) for row in asked)


def test_ensembling_trains_candidates_of_which_the_best_serves_labels_and_probabilities(autopilot: Autopilot) -> None:
    criteria = {"MaxCandidates": 4, "MaxRuntimePerTrainingJobInSeconds": 120}
    name = autopilot.start(table(700), {"Mode": "ENSEMBLING", "CompletionCriteria": criteria})
    job = autopilot.ended(name)
    log = autopilot.account.log(LOGS, name)
    assert job["AutoMLJobStatus"] == "Completed", log
    assert job["AutoMLJobSecondaryStatus"] == "MaxCandidatesReached"
    assert "a local stand-in of Autopilot: AutoGluon 1.5.0 without torch trains the candidates on this machine" in log
    resolved = job["ResolvedAttributes"]
    assert resolved["AutoMLJobObjective"] == {"MetricName": "F1"}
    problem = resolved["AutoMLProblemTypeResolvedAttributes"]["TabularResolvedAttributes"]["ProblemType"]
    assert problem == "BinaryClassification"
    found = autopilot.candidates(name, SortBy="FinalObjectiveMetricValue", SortOrder="Descending")
    assert [candidate["CandidateStatus"] for candidate in found] == ["Completed"] * 4
    assert sorted(candidate["CandidateName"] for candidate in found) == [
        "Local-WeightedEnsemble-t4",
        "Local-lightgbm-t1",
        "Local-linear-learner-t3",
        "Local-xgboost-t2",
    ]
    best = job["BestCandidate"]
    objective = best["FinalAutoMLJobObjectiveMetric"]
    assert objective["MetricName"] == "F1"
    assert objective["Type"] == "Maximize"
    assert objective["Value"] == found[0]["FinalAutoMLJobObjectiveMetric"]["Value"]
    assert 0.8 < objective["Value"] <= 1
    metrics = {datum["StandardMetricName"] for datum in best["CandidateProperties"]["CandidateMetrics"]}
    assert metrics == {
        *("Accuracy", "AUC", "BalancedAccuracy", "F1", "InferenceLatency", "LogLoss", "Precision", "Recall")
    }
    _check_artifacts(autopilot, job)
    _check_serving(autopilot, best)


def _check_artifacts(autopilot: Autopilot, job: dict[str, Any]) -> None:
    base = f"s3://{BUCKET}/automl/{job['AutoMLJobName']}/sagemaker-automl-candidates"
    board = list(csv.DictReader(io.StringIO(autopilot.account.get(f"{base}/reports/leaderboard.csv").decode())))
    assert len(board) == 4
    assert board[0]["candidate"] == job["BestCandidate"]["CandidateName"]
    where = job["BestCandidate"]["CandidateProperties"]["CandidateArtifactLocations"]["Explainability"]
    importance = autopilot.account.get(f"{where}/feature_importance.csv").decode()
    assert {row["feature"] for row in csv.DictReader(io.StringIO(importance))} == {"plan", "minutes", "calls"}
    notebook = json.loads(autopilot.account.get(job["AutoMLJobArtifacts"]["DataExplorationNotebookLocation"]))
    assert any("560 rows to train on, 140 to validate on" in cell["source"] for cell in notebook["cells"])


def _check_serving(autopilot: Autopilot, best: dict[str, Any]) -> None:
    container = best["InferenceContainers"][0]
    assert container["Environment"]["SAGEMAKER_INFERENCE_SUPPORTED"] == (
        "predicted_label,probability,labels,probabilities"
    )
    container["Environment"]["SAGEMAKER_INFERENCE_OUTPUT"] = "predicted_label, probability, probabilities, labels"
    endpoint = autopilot.account.endpoint(container)
    asked = rows(50, seed=9)
    said = list(csv.reader(io.StringIO(autopilot.account.invoke(endpoint, unlabelled(asked)))))
    assert sum(answer[0] == row[3] for answer, row in zip(said, asked, strict=True)) > 40
    for label, probability, probabilities, labels in said:
        assert labels == "['no', 'yes']"
        shares = dict(zip(("no", "yes"), json.loads(probabilities), strict=True))
        assert sum(shares.values()) == pytest.approx(1, abs=1e-5)
        assert float(probability) == pytest.approx(shares[label])
    _check_refusals(autopilot, endpoint)


def _check_refusals(autopilot: Autopilot, endpoint: str) -> None:
    errors = autopilot.account.runtime.exceptions.ModelError
    with pytest.raises(errors, match=r"\(400\) .*expected rows of 3 columns \(plan, minutes, calls\), found 2"):
        autopilot.account.invoke(endpoint, "basic,1")
    with pytest.raises(errors, match="expected numbers in calls, as in the training data, found text"):
        autopilot.account.invoke(endpoint, "basic,1,many")
    with pytest.raises(errors, match="a candidate of the local engine takes text/csv"):
        autopilot.account.invoke(endpoint, "{}", content_type="application/json")


def test_by_default_a_candidate_answers_with_its_label_alone(autopilot: Autopilot) -> None:
    tabular = {
        "Mode": "ENSEMBLING",
        "CompletionCriteria": {"MaxCandidates": 1},
        "CandidateGenerationConfig": {"AlgorithmsConfig": [{"AutoMLAlgorithms": ["linear-learner"]}]},
        "ProblemType": "BinaryClassification",
    }
    name = autopilot.start(table(600), tabular, AutoMLJobObjective={"MetricName": "AUC"})
    job = autopilot.ended(name)
    assert job["BestCandidate"]["CandidateName"] == "Local-linear-learner-t1"
    assert job["BestCandidate"]["FinalAutoMLJobObjectiveMetric"]["MetricName"] == "AUC"
    endpoint = autopilot.account.endpoint(job["BestCandidate"]["InferenceContainers"][0])
    said = autopilot.account.invoke(endpoint, unlabelled(rows(3, seed=1)))
    assert set(said.split()) <= {"yes", "no"}
    assert len(said.splitlines()) == 3


def test_tuning_regresses_with_a_validation_channel_and_chosen_features(autopilot: Autopilot) -> None:
    features = autopilot.account.put("features.json", json.dumps({"FeatureAttributeNames": ["minutes", "plan"]}))
    held_out = autopilot.account.put("held-out/validation.csv", table(100, seed=5))
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": held_out}}
    tabular = {
        "TargetAttributeName": "calls",
        "Mode": "HYPERPARAMETER_TUNING",
        "CompletionCriteria": {"MaxCandidates": 3},
        "ProblemType": "Regression",
        "FeatureSpecificationS3Uri": features,
    }
    name = autopilot.start(
        table(600),
        tabular,
        AutoMLJobObjective={"MetricName": "RMSE"},
        channels=[{"ChannelType": "validation", "DataSource": source}],
    )
    job = autopilot.ended(name)
    assert job["AutoMLJobStatus"] == "Completed", autopilot.account.log(LOGS, name)
    assert "random search" in autopilot.account.log(LOGS, name)
    best = job["BestCandidate"]["FinalAutoMLJobObjectiveMetric"]
    assert best["Type"] == "Minimize"
    assert best["Value"] == min(
        candidate["FinalAutoMLJobObjectiveMetric"]["Value"] for candidate in autopilot.candidates(name)
    )
    where = job["BestCandidate"]["CandidateProperties"]["CandidateArtifactLocations"]["Explainability"]
    importance = autopilot.account.get(f"{where}/feature_importance.csv").decode()
    assert {row["feature"] for row in csv.DictReader(io.StringIO(importance))} == {"plan", "minutes"}
    container = job["BestCandidate"]["InferenceContainers"][0]
    assert container["Environment"]["SAGEMAKER_INFERENCE_SUPPORTED"] == "predicted_label"
    endpoint = autopilot.account.endpoint(container)
    answers = autopilot.account.invoke(endpoint, "basic,100,yes\nmax,90,no").split()
    assert all(-5 < float(answer) < 15 for answer in answers)


def test_classes_are_told_apart_by_declared_types_also_with_a_rare_one(autopilot: Autopilot) -> None:
    types = autopilot.account.put("types.json", json.dumps({"FeatureDataTypes": {"code": "categorical"}}))
    plans = {"1.0": "basic", "1.00": "plus", "2": "max"}
    lines = [f"{code},{number % 7},{plan}" for number in range(200) for code, plan in plans.items()]
    data = "\n".join(("code,noise,plan", *lines, "2,1,trial", "2,1,trial")) + "\n"
    tabular = {
        "TargetAttributeName": "plan",
        "Mode": "ENSEMBLING",
        "CompletionCriteria": {"MaxCandidates": 1},
        "FeatureSpecificationS3Uri": types,
    }
    name = autopilot.start(data, tabular)
    job = autopilot.ended(name)
    log = autopilot.account.log(LOGS, name)
    assert job["AutoMLJobStatus"] == "Completed", log
    resolved = job["ResolvedAttributes"]["AutoMLProblemTypeResolvedAttributes"]["TabularResolvedAttributes"]
    assert resolved["ProblemType"] == "MulticlassClassification"
    assert job["BestCandidate"]["FinalAutoMLJobObjectiveMetric"]["MetricName"] == "Accuracy"
    endpoint = autopilot.account.endpoint(job["BestCandidate"]["InferenceContainers"][0])
    assert autopilot.account.invoke(endpoint, "1.0,3\n1.00,3\n2,3").split() == ["basic", "plus", "max"]


def test_a_candidate_that_takes_too_long_fails_and_says_so(autopilot: Autopilot, tmp_path: Path) -> None:
    """Straight to the program, since the request's limit is a second at least, in which AutoGluon trains something."""
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "train.csv").write_text(table(600))
    settings = {
        "target": "left",
        "training": str(tmp_path / "train"),
        "validation": None,
        "validation_fraction": 0.2,
        "problem_type": None,
        "metric": None,
        "mode": "ENSEMBLING",
        "algorithms": ["linear-learner"],
        "max_candidates": 2,
        "seconds_per_candidate": 0.001,
        "features": None,
        "data_types": {},
        "output": str(tmp_path / "out"),
    }
    (tmp_path / "automl.json").write_text(json.dumps(settings))
    image = StandIn("uri", known()["autogluon-training"], TAG, autopilot.account.running.home / "images/environments")
    argv, env, _ = image.command([str(tmp_path / "automl.json")], entrypoint=["python", "-m", "autopilot"])
    ran = subprocess.run(argv, env=env, cwd=tmp_path, capture_output=True, text=True, check=True)
    said = [json.loads(line.removeprefix(MARK)) for line in ran.stdout.splitlines() if line.startswith(MARK)]
    assert [event["event"] for event in said] == ["resolved", "explored", "planned", "started", "failed"]
    assert said[-1]["reason"] == (
        "the candidate could not be trained within MaxRuntimePerTrainingJobInSeconds, 0.001 seconds"
    )


def test_at_the_jobs_time_limit_the_best_of_what_was_completed_is_named(autopilot: Autopilot) -> None:
    criteria = {"MaxCandidates": 500, "MaxAutoMLJobRuntimeInSeconds": 30}
    name = autopilot.start(table(600), {"Mode": "HYPERPARAMETER_TUNING", "CompletionCriteria": criteria})
    job = autopilot.ended(name)
    assert job["AutoMLJobStatus"] == "Completed", job.get("FailureReason")
    assert job["AutoMLJobSecondaryStatus"] == "MaxAutoMLJobRuntimeReached"
    assert job["BestCandidate"]["CandidateStatus"] == "Completed"
    assert autopilot.account.members(job["BestCandidate"]["InferenceContainers"][0]["ModelDataUrl"])


def test_a_job_that_is_stopped_keeps_the_candidates_that_it_has(autopilot: Autopilot) -> None:
    name = autopilot.start(table(600), {"Mode": "HYPERPARAMETER_TUNING"})
    eventually(lambda: autopilot.candidates(name, StatusEquals="Completed"))
    assert autopilot.client.describe_auto_ml_job_v2(AutoMLJobName=name)["AutoMLJobSecondaryStatus"] == "ModelTuning"
    autopilot.client.stop_auto_ml_job(AutoMLJobName=name)
    job = autopilot.ended(name)
    assert (job["AutoMLJobStatus"], job["AutoMLJobSecondaryStatus"]) == ("Stopped", "Stopped")
    assert job["BestCandidate"]["CandidateName"].startswith("Local-")
    assert {candidate["CandidateStatus"] for candidate in autopilot.candidates(name)} <= {"Completed", "Stopped"}
