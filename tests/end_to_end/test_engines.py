"""Each way to train, from the configuration that its page gives to the model that production serves."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from slipway import api, approval, local
from slipway.runs import Run
from tests.end_to_end.plant import ROOT, STACK, Plant, eventually, problems

CONFIGURATION = "config/ml-pipeline.json"
# As the pages of docs/ have them, but smaller where that only saves time.
WAYS: dict[str, dict[str, Any]] = {
    "container": {},
    "logistic regression": {"algorithm": "logistic_regression", "hyperparameters": {}},
    "two instances": {"instanceCount": 2},
    "tuning": {
        "tuning": {
            "ranges": {"eta": {"min": 0.05, "max": 0.3, "scale": "Logarithmic"}, "max_depth": {"min": 2, "max": 6}},
            "strategy": "Random",
            "maxJobs": 3,
        }
    },
    "built-in xgboost": {"engine": "xgboost"},
    "built-in xgboost, two instances": {"engine": "xgboost", "instanceCount": 2},
    "built-in xgboost, tuning": {
        "engine": "xgboost",
        "tuning": {"ranges": {"eta": {"min": 0.05, "max": 0.3}}, "strategy": "Random", "maxJobs": 2},
    },
}


def configured(train: dict[str, Any]) -> bytes:
    document = json.loads((ROOT / CONFIGURATION).read_text("utf-8"))
    document["train"] |= train
    # All at once, so that nothing bakes longer than it has to.
    document["serving"]["production"]["autoscaling"] = {"minCapacity": 1, "maxCapacity": 2}
    return json.dumps(document, indent=1).encode()


def customer() -> dict[str, str]:
    """A row of the sample data, as a caller of the API has it."""
    with (ROOT / "config/data/telecom-churn.csv").open(encoding="utf-8", newline="") as lines:
        row = next(csv.DictReader(lines))
    return {name: value for name, value in row.items() if name not in ("customer_id", "churn")}


@dataclass(frozen=True)
class Trained:
    """What one way led to."""

    run: Run
    package: dict[str, Any]
    prediction: dict[str, Any]


class Workshop:
    """An install, and the ways that were tried on it, each once."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self._tried: dict[str, Trained] = {}

    def __call__(self, way: str) -> Trained:
        if way not in self._tried:
            self._tried[way] = self._try(WAYS[way])
        return self._tried[way]

    def _try(self, train: dict[str, Any]) -> Trained:
        run = self._approved(self._push(configured(train)))
        value = json.loads(self._parameter("production/champion"))
        package = self.plant.client("sagemaker").describe_model_package(ModelPackageName=value["modelPackageArn"])
        return Trained(run, package, api.of(self.plant.installed, "production").predict(customer()))

    def _push(self, content: bytes) -> str:
        before = self.plant.newest()
        codecommit = self.plant.client("codecommit")
        tip = codecommit.get_branch(repositoryName=STACK, branchName="master")["branch"]["commitId"]
        codecommit.create_commit(
            repositoryName=STACK,
            branchName="master",
            parentCommitId=tip,
            commitMessage="Train another way",
            putFiles=[{"filePath": CONFIGURATION, "fileContent": content}],
        )
        return eventually(lambda: None if (newest := self.plant.newest()) == before else newest, "a run by the push")

    def _approved(self, run_id: str) -> Run:
        def waits() -> bool:
            run = self.plant.run(run_id)
            assert not run.done, problems(run)
            action = run.action("Test", "Approve")
            return action is not None and action.status == "InProgress"

        eventually(waits, f"{run_id} waits for approval", 240)
        approval.answer(self.plant.installed, "Approved", "approved by a test")
        run = self.plant.ended(run_id)
        assert run.status == "Succeeded", problems(run)
        return run

    def _parameter(self, name: str) -> str:
        value: str = self.plant.client("ssm").get_parameter(Name=f"/{STACK}/{name}")["Parameter"]["Value"]
        return value


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    plant = Plant(tmp_path_factory.mktemp("workshop") / ".slipway")
    try:
        plant.launch({CONFIGURATION: configured(WAYS["container"])})
        made = Workshop(plant)
        made._approved(plant.newest())
        yield made
    finally:
        local.remove(plant.home)


@pytest.mark.parametrize("way", [way for way in WAYS if way != "container"])
def test_a_way_of_training_ends_in_production(workshop: Workshop, way: str) -> None:
    trained = workshop(way)
    assert set(trained.prediction["predictions"][0]) == {"label", "score"}
    assert trained.package["ModelApprovalStatus"] == "Approved"


def test_the_built_in_image_serves_between_two_of_ours(workshop: Workshop) -> None:
    containers = workshop("built-in xgboost").package["InferenceSpecification"]["Containers"]
    assert [container.get("Environment", {}).get("SERVE") for container in containers] == ["encode", None, "decode"]
    assert "/sagemaker-xgboost:" in containers[1]["Image"]


def test_tuning_tried_as_many_trainings_as_it_was_told(workshop: Workshop) -> None:
    workshop("tuning")
    found = workshop.plant.client("sagemaker").list_hyper_parameter_tuning_jobs(SortBy="CreationTime")
    (job, *_) = found["HyperParameterTuningJobSummaries"]
    assert job["TrainingJobStatusCounters"]["Completed"] >= 2
