"""Each way to train, from the configuration that its page gives to a model that serves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.end_to_end.failing import Failing, fail
from tests.end_to_end.workshop import Document, Executed, Workshop, customer

# Each needs an image of its own, or shows the whole way once.
THROUGH_THE_PIPELINE: dict[str, Document] = {
    "logistic regression": {"train": {"algorithm": "logistic_regression", "hyperparameters": {}}},
    "built-in xgboost": {"train": {"engine": "xgboost"}},
}
RANGES = {"eta": {"min": 0.05, "max": 0.3, "scale": "Logarithmic"}, "max_depth": {"min": 2, "max": 6}}
EXECUTED: dict[str, Document] = {
    "two instances": {"train": {"instanceCount": 2}},
    "managed spot": {"train": {"spot": {"enabled": True}}},
    "random tuning": {"train": {"tuning": {"ranges": RANGES, "strategy": "Random", "maxJobs": 3}}},
    "built-in xgboost": {"train": {"engine": "xgboost"}},
    "built-in xgboost on two instances": {"train": {"engine": "xgboost", "instanceCount": 2}},
    "built-in xgboost, tuned": {
        "train": {"engine": "xgboost", "tuning": {"ranges": RANGES, "strategy": "Random", "maxJobs": 2}}
    },
}

CONTAINER: Document = {"train": {"engine": "container"}}
XGBOOST: Document = {"train": {"engine": "xgboost"}}
TUNED: Document = {"train": {"tuning": {"ranges": RANGES, "strategy": "Random", "maxJobs": 2}}}
UNKNOWN: Document = {"dataset": {"target": "left"}}
ROUNDS = {"num_round": "10000", "early_stopping_rounds": "1000"}
LONG: Document = {f"training.hyperParameters.{name}": value for name, value in ROUNDS.items()}
LONG_TRIALS: Document = {f"training.tuning.staticHyperParameters.{name}": value for name, value in ROUNDS.items()}
LIMITS = "training.tuning.job.ResourceLimits"
ONE_TRIAL: Document = {f"{LIMITS}.MaxNumberOfTrainingJobs": 1, f"{LIMITS}.MaxParallelTrainingJobs": 1}
# What the check of a configuration cannot see, or would have refused: see tests/config for its sentences.
# A search lasts two minutes at least; its own limit is tried in tests/cf and tests/engine/services/sagemaker/tuning.
FAILURES: dict[str, Failing] = {
    "container, bad hyperparameter": Failing(
        CONTAINER,
        "Train",
        "max_depth: expected a whole number from 1 to 20, found 'many'",
        "max_depth: expected a whole number",
        {"training.hyperParameters.max_depth": "many"},
    ),
    "container, unknown label": Failing(CONTAINER | UNKNOWN, "Prepare", "left", "left"),
    "container, time limit": Failing(
        CONTAINER,
        "Train",
        "the job ended as Stopped, MaxRuntimeExceeded",
        "",
        {**LONG, "config.train.maxRuntimeInSeconds": 1},
    ),
    "container, memory": Failing(CONTAINER, "Train", "exit code: 137", "", LONG, "training"),
    "xgboost, bad hyperparameter": Failing(
        XGBOOST, "Train", "max_depth", "max_depth", {"training.hyperParameters.max_depth": "many"}
    ),
    "xgboost, unknown label": Failing(XGBOOST | UNKNOWN, "Prepare", "left", "left"),
    "xgboost, metric not offered": Failing(
        XGBOOST, "Train", "beauty", "beauty", {"training.hyperParameters.eval_metric": "beauty"}
    ),
    "xgboost, time limit": Failing(
        XGBOOST,
        "Train",
        "the job ended as Stopped, MaxRuntimeExceeded",
        "",
        {**LONG, "config.train.maxRuntimeInSeconds": 1},
    ),
    "xgboost, memory": Failing(XGBOOST, "Train", "exit code: 137", "", LONG, "training"),
    "tuning, bad hyperparameter": Failing(
        TUNED,
        "Tune",
        "No training job|All training jobs",
        "gamma: expected",
        {"training.tuning.staticHyperParameters.gamma": "many"},
    ),
    "tuning, unknown label": Failing(TUNED | UNKNOWN, "Prepare", "left", "left"),
    "tuning, metric not offered": Failing(
        TUNED,
        "Tune",
        "A metric is required for this hyperparameter tuning job objective",
        None,
        {"training.tuning.job.HyperParameterTuningJobObjective.MetricName": "validation:beauty"},
    ),
    "tuning, memory": Failing(
        TUNED,
        "Tune",
        "No training job succeeded after 1 attempts",
        "",
        {**LONG_TRIALS, **ONE_TRIAL},
        "hyper-parameter-tuning",
    ),
}


@pytest.fixture(scope="module")
def executed(workshop: Workshop) -> dict[str, Executed]:
    """Filled as ways are tried, each once."""
    return {}


@pytest.mark.parametrize("way", EXECUTED)
def test_a_way_of_training_registers_a_model_that_serves(
    workshop: Workshop, executed: dict[str, Executed], way: str
) -> None:
    executed[way] = workshop.execute(EXECUTED[way])
    answer: dict[str, Any] = workshop.serve(executed[way], customer())
    assert set(answer["predictions"][0]) == {"label", "score"}
    assert executed[way].output["metrics"]["roc_auc"] > 0.8


def test_the_built_in_image_serves_between_two_of_ours(workshop: Workshop, executed: dict[str, Executed]) -> None:
    containers = workshop.package(executed["built-in xgboost"])["InferenceSpecification"]["Containers"]
    assert [container.get("Environment", {}).get("SERVE") for container in containers] == ["encode", None, "decode"]
    assert "/sagemaker-xgboost:" in containers[1]["Image"]


def test_one_instance_and_two_learn_the_same(executed: dict[str, Executed], workshop: Workshop) -> None:
    alone = workshop.execute({"train": {"instanceCount": 1}})
    together = executed["two instances"]
    assert together.output["metrics"]["roc_auc"] == pytest.approx(alone.output["metrics"]["roc_auc"], abs=0.02)


def test_tuning_tries_as_many_trainings_as_it_was_told(workshop: Workshop, executed: dict[str, Executed]) -> None:
    url = executed["random tuning"].output["modelDataUrl"]
    job = url.split("/")[-3].rpartition("-")[0].rpartition("-")[0]
    found = workshop.client("sagemaker").describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=job)
    assert found["TrainingJobStatusCounters"]["Completed"] == 3
    assert found["BestTrainingJob"]["TrainingJobName"] in url


@pytest.mark.parametrize("failing", FAILURES)
def test_a_training_that_fails_is_told_by_step_job_reason_and_log_and_leaves_nothing(
    workshop: Workshop, failing: str
) -> None:
    fail(workshop, FAILURES[failing])


@pytest.mark.parametrize("way", THROUGH_THE_PIPELINE)
def test_a_pushed_configuration_is_in_production(workshop: Workshop, way: str) -> None:
    workshop.through_the_pipeline(THROUGH_THE_PIPELINE[way])
    assert set(workshop.predict()["predictions"][0]) == {"label", "score"}
