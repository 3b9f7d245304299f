"""Which mode a job trains in, and with which algorithms."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.services.sagemaker.automl import request
from slipway.engine.services.sagemaker.automl.inputs import Table
from slipway.engine.services.sagemaker.automl.run import mode

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/sagemaker/latest/dg/autopilot-model-support-validation.html"
)
MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("asked", "size", "chosen"),
    [
        (None, 99 * MEGABYTE, "ENSEMBLING"),
        ("AUTO", 101 * MEGABYTE, "HYPERPARAMETER_TUNING"),
        ("ENSEMBLING", 101 * MEGABYTE, "ENSEMBLING"),
        ("HYPERPARAMETER_TUNING", 1, "HYPERPARAMETER_TUNING"),
    ],
)
def test_auto_chooses_by_the_size_of_the_data(asked: str | None, size: int, chosen: str) -> None:
    tabular: dict[str, Any] = {"TargetAttributeName": "y"} | ({"Mode": asked} if asked else {})
    assert mode(tabular, Table(["x", "y"], 500, size, ["a", "b"], is_numeric=False)) == chosen


def test_algorithms_are_those_asked_for_or_all_that_are_executed() -> None:
    asked = {"CandidateGenerationConfig": {"AlgorithmsConfig": [{"AutoMLAlgorithms": ["xgboost"]}]}}
    assert request.algorithms(asked, "ENSEMBLING") == ["xgboost"]
    assert request.algorithms({}, "HYPERPARAMETER_TUNING") == ["linear-learner", "xgboost"]
    empty: dict[str, Any] = {"CandidateGenerationConfig": {"AlgorithmsConfig": [{"AutoMLAlgorithms": []}]}}
    assert request.algorithms(empty, "ENSEMBLING") == list(request.EXECUTED["ENSEMBLING"])
