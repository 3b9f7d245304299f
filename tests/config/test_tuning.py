"""config/tuning.py: `train.tuning` in the terms of a tuning job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session
from botocore.validate import ParamValidator

from config import configuration
from config.training import training

EXAMPLE = json.loads((Path(__file__).parents[2] / "config" / "telecom-churn.json").read_text("utf-8"))
RANGES = {"eta": {"min": 0.01, "max": 0.3, "scale": "Logarithmic"}, "max_depth": {"min": 2, "max": 8}}


def written(tuning: dict[str, Any], **train: Any) -> dict[str, Any]:
    return EXAMPLE | {"train": {"tuning": tuning, **train}}


def made(tuning: dict[str, Any], **train: Any) -> dict[str, Any]:
    document = written(tuning, **train)
    assert configuration.validate(document) == []
    found: dict[str, Any] = training(configuration.resolve(document), "image", "us-east-1")
    return found["tuning"]


def faults(tuning: dict[str, Any], **train: Any) -> list[str]:
    return [str(fault) for fault in configuration.validate(written(tuning, **train))]


def test_ranges_have_their_kinds_and_what_is_not_tuned_is_static() -> None:
    found = made({"ranges": {**RANGES, "class_weight": {"values": ["none", "balanced"]}}})
    assert found["job"]["ParameterRanges"] == {
        "ContinuousParameterRanges": [
            {"Name": "eta", "MinValue": "0.01", "MaxValue": "0.3", "ScalingType": "Logarithmic"}
        ],
        "IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "2", "MaxValue": "8", "ScalingType": "Auto"}],
        "CategoricalParameterRanges": [{"Name": "class_weight", "Values": ["none", "balanced"]}],
    }
    assert not {"eta", "max_depth", "class_weight"} & set(found["staticHyperParameters"])
    assert found["staticHyperParameters"]["num_round"] == "400"
    assert "warmStart" not in found


@pytest.mark.parametrize(
    ("engine", "objective", "expected"),
    [
        ("container", "log_loss", {"Type": "Minimize", "MetricName": "validation:log_loss"}),
        ("container", "roc_auc", {"Type": "Maximize", "MetricName": "validation:roc_auc"}),
        ("xgboost", "log_loss", {"Type": "Minimize", "MetricName": "validation:logloss"}),
        ("xgboost", "roc_auc", {"Type": "Maximize", "MetricName": "validation:auc"}),
    ],
)
def test_the_objective_is_called_as_the_image_calls_it(engine: str, objective: str, expected: dict[str, str]) -> None:
    job = made({"ranges": RANGES, "objective": objective}, engine=engine)["job"]
    assert job["HyperParameterTuningJobObjective"] == expected


def test_a_warm_start_names_the_jobs_before() -> None:
    found = made({"ranges": RANGES, "warmStart": {"jobs": ["tune-1"], "type": "IdenticalDataAndAlgorithm"}})
    assert found["warmStart"] == {
        "WarmStartType": "IdenticalDataAndAlgorithm",
        "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "tune-1"}],
    }


def test_the_job_is_one_that_the_api_takes() -> None:
    shape = Session().get_service_model("sagemaker").shape_for("HyperParameterTuningJobConfig")
    found = made({"ranges": RANGES, "strategy": "Random", "maxJobs": 4})
    assert not ParamValidator().validate(found["job"], shape).has_errors()


@pytest.mark.parametrize(
    ("tuning", "train", "expected"),
    [
        ({"ranges": {"etta": {"min": 0, "max": 1}}}, {}, '$.train.tuning.ranges.etta: found "etta" (did you mean'),
        ({"ranges": {"eta": {"min": 0.3, "max": 0.1}}}, {}, "allowed: min below max"),
        ({"ranges": {"eta": {"min": 0, "max": 1}}}, {}, "allowed: above 0 to 1"),
        ({"ranges": {"max_depth": {"min": 0, "max": 8}}}, {}, "allowed: from 1 to 20"),
        ({"ranges": {"max_depth": {"min": 2.5, "max": 8}}}, {}, "allowed: whole numbers"),
        ({"ranges": {"gamma": {"min": 0, "max": 8, "scale": "Logarithmic"}}}, {}, "min above 0 with scale"),
        ({"ranges": {"gamma": {"min": 0, "max": 8, "scale": "ReverseLogarithmic"}}}, {}, "from 0 to below 1"),
        ({"ranges": {"max_depth": {"values": ["2"]}}}, {}, "min and max, since max_depth is a number"),
        ({"ranges": {"class_weight": {"min": 0, "max": 1}}}, {}, 'values of ["none", "balanced"]'),
        ({"ranges": {"class_weight": {"values": ["heavy"]}}}, {}, 'values of ["none", "balanced"]'),
        ({"ranges": RANGES, "maxJobs": 2, "maxParallelJobs": 3}, {}, "allowed: at most 2, which is maxJobs"),
        (
            {"ranges": {"class_weight": {"values": ["none", "balanced"]}}},
            {"engine": "xgboost"},
            "none with train.engine xgboost",
        ),
        ({"ranges": {}}, {}, "$.train.tuning.ranges"),
        ({"ranges": {"eta": {"min": 0.1}}}, {}, "$.train.tuning.ranges.eta"),
    ],
)
def test_a_range_that_the_algorithm_would_refuse_is_refused_by_build(
    tuning: dict[str, Any], train: dict[str, Any], expected: str
) -> None:
    found = faults(tuning, **train)
    assert any(expected in fault for fault in found), found
