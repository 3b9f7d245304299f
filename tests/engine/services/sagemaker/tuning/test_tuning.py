"""Tuning jobs as a caller sees them."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.job_events import listening
from tests.engine.services.sagemaker.support import BUCKET, IMAGE, ROLE, Sagemaker, eventually

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html"
)
TUNING = IMAGE.replace(":tests", ":tuning")
WARM = "docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-warm-start.html"
PROGRESS = "docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-progress.html"
X = {"ContinuousParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "6"}]}


def modes(*values: str) -> dict[str, Any]:
    """A range of the container's modes."""
    return {"CategoricalParameterRanges": [{"Name": "mode", "Values": list(values)}]}


class Tuning:
    """Makes requests, runs jobs."""

    def __init__(self, account: Sagemaker) -> None:
        self.account = account
        self.client = account.client("sagemaker")

    def request(
        self, most: int = 3, parallel: int = 2, static: dict[str, str] | None = None, **changes: Any
    ) -> dict[str, Any]:
        config = {
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "score"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": most, "MaxParallelTrainingJobs": parallel},
            "ParameterRanges": X,
            "RandomSeed": 1,
            **changes.pop("config", {}),
        }
        definition = {
            "RoleArn": ROLE,
            "StaticHyperParameters": {"kept": "yes", **(static or {})},
            "AlgorithmSpecification": {
                "TrainingImage": TUNING,
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "score", "Regex": r"score=([-0-9.]+)"}],
            },
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/tuned"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
            "StoppingCondition": {"MaxRuntimeInSeconds": 100},
            **changes.pop("definition", {}),
        }
        return {
            "HyperParameterTuningJobName": f"tune-{uuid.uuid4().hex[:8]}",
            "HyperParameterTuningJobConfig": config,
            "TrainingJobDefinition": definition,
            **changes,
        }

    def start(self, **changes: Any) -> str:
        wanted = self.request(**changes)
        self.client.create_hyper_parameter_tuning_job(**wanted)
        return str(wanted["HyperParameterTuningJobName"])

    def describe(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        return found

    def finished(self, name: str) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            job = self.describe(name)
            return job if job["HyperParameterTuningJobStatus"] in {"Completed", "Failed", "Stopped"} else None

        result: dict[str, Any] = eventually(ended, 60)
        return result

    def run(self, **changes: Any) -> dict[str, Any]:
        return self.finished(self.start(**changes))

    def trials(self, job: dict[str, Any], **how: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.list_training_jobs_for_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=job["HyperParameterTuningJobName"], **how
        )["TrainingJobSummaries"]
        return found


@pytest.fixture
def tuning(sagemaker: Sagemaker) -> Tuning:
    return Tuning(sagemaker)


def value(trial: dict[str, Any]) -> float:
    return float(trial["FinalHyperParameterTuningJobObjectiveMetric"]["Value"])


def test_trials_are_training_jobs_and_the_best_is_found(tuning: Tuning) -> None:
    job = tuning.run(Tags=[{"Key": "team", "Value": "blue"}])
    assert job["HyperParameterTuningJobStatus"] == "Completed", job.get("FailureReason")
    name = job["HyperParameterTuningJobName"]
    found = tuning.trials(job)
    assert [re.sub(r"[0-9a-f]{8}$", "", trial["TrainingJobName"]) for trial in found] == [
        f"{name}-00{number}-" for number in (1, 2, 3)
    ]
    assert job["TrainingJobStatusCounters"] == {
        "Completed": 3,
        "InProgress": 0,
        "RetryableError": 0,
        "NonRetryableError": 0,
        "Stopped": 0,
    }
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 3, "Pending": 0, "Failed": 0}
    best = max(found, key=value)
    assert job["BestTrainingJob"] == best
    assert set(best["TunedHyperParameters"]) == {"x"}
    assert value(best) == pytest.approx(10 - (float(best["TunedHyperParameters"]["x"]) - 3) ** 2)
    trial = tuning.client.describe_training_job(TrainingJobName=best["TrainingJobName"])
    assert trial["TuningJobArn"] == job["HyperParameterTuningJobArn"]
    assert trial["HyperParameters"] == {
        "_tuning_objective_metric": "score",
        "kept": "yes",
        **best["TunedHyperParameters"],
    }
    tags = tuning.client.list_tags(ResourceArn=best["TrainingJobArn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "blue"}]


def test_trials_run_in_parallel_but_no_more_than_the_limit(tuning: Tuning) -> None:
    name = tuning.start(most=3, parallel=2, config={"ParameterRanges": modes("sleep")})
    counters = eventually(
        lambda: (found := tuning.describe(name)["TrainingJobStatusCounters"])["InProgress"] == 2 and found
    )
    assert sum(counters.values()) == 2
    assert tuning.describe(name)["ObjectiveStatusCounters"]["Pending"] == 2
    eventually(lambda: tuning.account.log("/aws/sagemaker/TrainingJobs").count("score=0.5") >= 2)
    tuning.client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    job = tuning.finished(name)
    assert (job["HyperParameterTuningJobStatus"], job["TrainingJobStatusCounters"]["Stopped"]) == ("Stopped", 2)
    with pytest.raises(ClientError, match="the hyperparameter tuning job is in status Stopped"):
        tuning.client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)


def test_trials_are_listed_by_objective_and_by_status(tuning: Tuning) -> None:
    job = tuning.run(most=3, config={"Strategy": "Grid", "ParameterRanges": modes("good", "fail", "silent")})
    by_value = tuning.trials(job, SortBy="FinalObjectiveMetricValue", SortOrder="Descending")
    assert [value(trial) for trial in by_value] == [10.0]
    failed = tuning.trials(job, StatusEquals="Failed")
    assert [trial["FailureReason"] for trial in failed] == ["AlgorithmError: as the mode wished, exit code: 1"]
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 1, "Pending": 0, "Failed": 2}
    assert job["TrainingJobStatusCounters"]["NonRetryableError"] == 1
    listed = tuning.client.list_hyper_parameter_tuning_jobs(NameContains=job["HyperParameterTuningJobName"])
    (item,) = listed["HyperParameterTuningJobSummaries"]
    assert (item["Strategy"], item["ObjectiveStatusCounters"]) == ("Grid", job["ObjectiveStatusCounters"])


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("fail", "No training job succeeded after 2 attempts. Please take a look at the training job failures"),
        ("silent", "No objective metrics found after running 2 training jobs."),
    ],
)
def test_a_job_without_a_trial_that_can_be_judged_fails(tuning: Tuning, mode: str, reason: str) -> None:
    job = tuning.run(most=2, static={"mode": mode})
    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(reason)
    assert "BestTrainingJob" not in job


def test_trials_that_their_time_limit_stops_before_they_tell_anything_fail_the_job(tuning: Tuning) -> None:
    limit = {"StoppingCondition": {"MaxRuntimeInSeconds": 1}}
    job = tuning.run(most=2, static={"mode": "hang"}, definition=limit)
    assert job["FailureReason"].startswith("No training job succeeded after 2 attempts.")
    assert job["TrainingJobStatusCounters"]["Stopped"] == 2
    assert "BestTrainingJob" not in job


def test_after_five_trials_in_vain_no_more_are_launched(tuning: Tuning) -> None:
    job = tuning.run(most=20, parallel=1, static={"mode": "fail"})
    assert job["FailureReason"].startswith("No training job succeeded after 5 attempts.")
    assert job["TrainingJobStatusCounters"]["NonRetryableError"] == 5


@pytest.mark.specification(PROGRESS)
@pytest.mark.parametrize(
    "criteria",
    [
        {"TargetObjectiveMetricValue": 0.5},
        {"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 3}},
    ],
)
def test_a_job_is_complete_when_a_criterion_is_met(tuning: Tuning, criteria: dict[str, Any]) -> None:
    ranges = {"CategoricalParameterRanges": [{"Name": "x", "Values": ["3", "2.99", "2.98", "2.97", "2.96"]}]}
    config = {"Strategy": "Grid", "ParameterRanges": ranges, "TuningJobCompletionCriteria": criteria}
    job = tuning.run(most=5, parallel=1, config=config)
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Completed"] < 5
    assert job["ConsumedResources"]["RuntimeInSeconds"] >= 0


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-how-it-works.html")
def test_bayesian_search_finds_the_optimum(tuning: Tuning) -> None:
    job = tuning.run(most=12, parallel=3, config={"Strategy": "Bayesian"})
    assert job["HyperParameterTuningJobStatus"] == "Completed", job.get("FailureReason")
    assert value(job["BestTrainingJob"]) > 9.5


@pytest.mark.specification(WARM)
def test_a_warm_start_goes_on_from_its_parents_and_names_the_best_of_all(tuning: Tuning) -> None:
    grid = {"CategoricalParameterRanges": [{"Name": "x", "Values": ["3", "0"]}]}
    parent = tuning.run(most=2, config={"Strategy": "Grid", "ParameterRanges": grid})
    parents = [{"HyperParameterTuningJobName": parent["HyperParameterTuningJobName"]}]
    warm = {"ParentHyperParameterTuningJobs": parents, "WarmStartType": "IdenticalDataAndAlgorithm"}
    worse = {"CategoricalParameterRanges": [{"Name": "x", "Values": ["0", "1"]}]}
    config = {"Strategy": "Bayesian", "ParameterRanges": worse}
    job = tuning.run(most=2, config=config, WarmStartConfig=warm)
    assert job["OverallBestTrainingJob"] == parent["BestTrainingJob"]
    assert job["BestTrainingJob"]["TrainingJobName"].startswith(job["HyperParameterTuningJobName"])
    assert value(job["BestTrainingJob"]) < value(job["OverallBestTrainingJob"])


@pytest.mark.specification(WARM)
def test_a_parent_that_does_not_fit_is_refused(tuning: Tuning) -> None:
    running = tuning.start(most=1, static={"mode": "sleep"})
    done = tuning.run(most=1)

    def refused(parent: str, **changes: Any) -> str:
        warm = {
            "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": parent}],
            "WarmStartType": "TransferLearning",
        }
        with pytest.raises(ClientError) as error:
            tuning.start(WarmStartConfig=warm, **changes)
        return str(error.value)

    name = done["HyperParameterTuningJobName"]
    assert "must be in a terminal state" in refused(running)
    assert "Requested resource not found" in refused("nobody")
    assert "The total number of static and tunable" in refused(name, static={"more": "1"})
    other = {"Type": "Minimize", "MetricName": "score"}
    assert "The objective metric must be the same" in refused(name, config={"HyperParameterTuningJobObjective": other})
    whole = {"IntegerParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "6"}]}
    assert "The type of the hyperparameter x must be the same" in refused(name, config={"ParameterRanges": whole})
    tuning.client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=running)
    tuning.finished(running)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"config": {"ParameterRanges": {}}}, "at least one hyperparameter"),
        ({"static": {"x": "1"}}, "x is in both ParameterRanges and StaticHyperParameters"),
        (
            {"config": {"HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "auc"}}},
            "A metric is required for this hyperparameter tuning job objective.",
        ),
        ({"config": {"Strategy": "Grid"}}, "Grid searches CategoricalParameterRanges only"),
        (
            {"config": {"Strategy": "Grid", "ParameterRanges": modes("good")}},
            "the number of combinations of the grid, 1",
        ),
        ({"config": {"ResourceLimits": {"MaxParallelTrainingJobs": 1}}}, "must give MaxNumberOfTrainingJobs"),
        (
            {"definition": {"ResourceConfig": {"VolumeSizeInGB": 1}}},
            "ResourceConfig must give an InstanceType and an InstanceCount",
        ),
    ],
)
def test_a_request_that_cannot_be_meant_is_refused(tuning: Tuning, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ClientError, match=says) as error:
        tuning.start(**changes)
    assert error.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html")
def test_a_change_of_status_is_an_event_with_the_counters(tuning: Tuning) -> None:
    with listening(tuning.account, "HyperParameter Tuning Job") as heard:
        name = tuning.run(most=1)["HyperParameterTuningJobName"]

        def told() -> dict[str, dict[str, Any]]:
            ours = [detail for detail in heard() if detail["HyperParameterTuningJobName"] == name]
            return {detail["HyperParameterTuningJobStatus"]: detail for detail in ours} if len(ours) > 1 else {}

        details = eventually(told)
    assert details["InProgress"]["TrainingJobStatusCounters"]["Completed"] == 0
    assert details["Completed"]["TrainingJobStatusCounters"]["Completed"] == 1
    assert details["Completed"]["ObjectiveStatusCounters"] == {"Succeeded": 1, "Pending": 0, "Failed": 0}


def test_a_name_is_used_once(tuning: Tuning) -> None:
    wanted = tuning.request(most=1, Tags=[{"Key": "first", "Value": "1"}])
    tuning.client.create_hyper_parameter_tuning_job(**wanted)
    with pytest.raises(ClientError, match="HyperParameter Tuning job names must be unique") as error:
        tuning.client.create_hyper_parameter_tuning_job(**{**wanted, "Tags": [{"Key": "second", "Value": "2"}]})
    assert error.value.response["Error"]["Code"] == "ResourceInUse"
    job = tuning.finished(wanted["HyperParameterTuningJobName"])
    tags = tuning.client.list_tags(ResourceArn=job["HyperParameterTuningJobArn"])["Tags"]
    assert tags == [{"Key": "first", "Value": "1"}]
