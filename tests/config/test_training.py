"""config/training.py and config/aws_images.py: what the Train step is given for each engine."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from config import aws_images, configuration
from config.training import training

ROOT = Path(__file__).parents[2]
IMAGE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/jobs@sha256:1"


def resolved(**train: Any) -> dict[str, Any]:
    document = json.loads((ROOT / "config" / "telecom-churn.json").read_text("utf-8"))
    return configuration.resolve(document | {"train": document["train"] | train})


def test_the_job_image_trains_and_serves() -> None:
    made = training(resolved(), IMAGE, "eu-west-1")
    assert made["image"] == IMAGE
    assert made["containers"] == [{"image": IMAGE, "model": "train"}]
    assert [channel["name"] for channel in made["channels"]] == ["train", "validation", "encoder"]


def test_the_algorithm_of_the_job_image_is_a_hyperparameter() -> None:
    made = training(resolved(algorithm="logistic_regression", hyperparameters={"C": 2}), IMAGE, "eu-west-1")
    assert made["hyperParameters"]["algorithm"] == "logistic_regression"
    assert made["hyperParameters"]["C"] == "2"
    assert "algorithm" not in training(resolved(engine="xgboost"), IMAGE, "eu-west-1")["hyperParameters"]


@pytest.mark.parametrize("engine", ["container", "xgboost"])
def test_hyperparameters_are_texts(engine: str) -> None:
    made = training(resolved(engine=engine, hyperparameters={"eta": 0.00001, "max_depth": 5}), IMAGE, "eu-west-1")
    assert {type(value) for value in made["hyperParameters"].values()} == {str}
    assert made["hyperParameters"]["max_depth"] == "5"
    assert float(made["hyperParameters"]["eta"]) == 0.00001


def test_the_metrics_that_a_job_prints_are_those_that_are_read() -> None:
    line = "[3] train-roc_auc=0.9 train-log_loss=0.3 validation-roc_auc=0.812345 validation-log_loss=0.412345"
    found = {}
    for definition in training(resolved(), IMAGE, "eu-west-1")["metricDefinitions"]:
        match = re.search(definition["regex"], line)
        assert match
        found[definition["name"]] = match[1]
    assert found == {"validation:roc_auc": "0.812345", "validation:log_loss": "0.412345"}


def test_sagemakers_own_xgboost_scores_between_an_encoder_and_a_decoder() -> None:
    made = training(resolved(engine="xgboost"), IMAGE, "eu-west-1")
    image = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:3.0-5"
    assert made["image"] == image
    assert [(found["image"], found["model"]) for found in made["containers"]] == [
        (IMAGE, "prepare/encoder/model.tar.gz"),
        (image, "train"),
        (IMAGE, "prepare/encoder/model.tar.gz"),
    ]
    assert made["hyperParameters"]["objective"] == "binary:logistic"
    assert "class_weight" not in made["hyperParameters"]
    assert "metricDefinitions" not in made


def test_autogluon_is_told_what_the_configuration_says_and_scores_behind_a_container_of_ours() -> None:
    chosen = {"presets": "good_quality", "initArgs": {"verbosity": 3}, "fitArgs": {"num_bag_folds": 5}}
    made = training(resolved(engine="autogluon", hyperparameters={}, autogluon=chosen), IMAGE, "eu-west-1")
    registry = "763104351884.dkr.ecr.eu-west-1.amazonaws.com"
    assert made["image"] == f"{registry}/autogluon-training:1.5.0-cpu-py311-ubuntu22.04"
    assert json.loads(made["hyperParameters"]["init_args"]) == {
        "label": "churn",
        "problem_type": "binary",
        "positive_class": "yes",
        "eval_metric": "roc_auc",
        "verbosity": 3,
    }
    assert json.loads(made["hyperParameters"]["fit_args"]) == {
        "presets": "good_quality",
        "time_limit": 600,
        "calibrate_decision_threshold": False,
        "num_bag_folds": 5,
    }
    assert {type(value) for value in made["hyperParameters"].values()} == {str}
    assert [(found["image"], found["environment"].get("SERVE")) for found in made["containers"]] == [
        (IMAGE, "arrange"),
        (f"{registry}/autogluon-inference:1.5.0-cpu-py311-ubuntu22.04", None),
    ]
    assert made["measuredBy"] == "predictions"


def test_an_automl_job_is_asked_for_what_the_configuration_says() -> None:
    document = json.loads((ROOT / "config" / "telecom-churn.json").read_text("utf-8"))
    chosen = {"maxCandidates": 4}
    train = {"engine": "autopilot", "autopilot": chosen}
    made = training(configuration.resolve(document | {"train": train}), IMAGE, "eu-west-1")
    tabular = made["autopilot"]["AutoMLProblemTypeConfig"]["TabularJobConfig"]
    assert tabular["TargetAttributeName"] == "churn"
    assert tabular["CompletionCriteria"]["MaxCandidates"] == 4
    assert tabular["Mode"] == "ENSEMBLING"
    assert made["autopilot"]["AutoMLJobObjective"] == {"MetricName": "AUC"}
    assert [found.get("environment", {}).get("SERVE") for found in made["containers"]] == ["arrange", None, "translate"]


def test_the_code_of_a_container_without_network_is_a_channel() -> None:
    made = training(resolved(engine="autogluon", hyperparameters={}), IMAGE, "eu-west-1")
    (code,) = [channel for channel in made["channels"] if channel["name"] == "code"]
    assert re.fullmatch(r"packages/autogluon/[0-9a-f]{32}/", code["key"])
    assert made["hyperParameters"]["sagemaker_submit_directory"] == "/opt/ml/input/data/code/sourcedir.tar.gz"


@pytest.mark.parametrize(("instances", "distribution"), [(1, "FullyReplicated"), (2, "ShardedByS3Key")])
def test_several_instances_of_the_built_in_image_share_the_files(instances: int, distribution: str) -> None:
    made = training(resolved(engine="xgboost", instanceCount=instances), IMAGE, "eu-west-1")
    assert {channel["distribution"] for channel in made["channels"]} == {distribution}


def test_a_region_that_the_image_is_not_known_for_is_refused_with_those_that_are() -> None:
    with pytest.raises(
        aws_images.ImageNotInRegion, match=r"expected a region that aws-images\.json knows .* found moon-1"
    ):
        aws_images.uri("xgboost", "moon-1")
