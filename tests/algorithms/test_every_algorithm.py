"""Each algorithm, from table to report, by the jobs that know none of them."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pytest

from config.training import training
from jobs import algorithms, model
from tests.algorithms.conftest import Make, evaluated, train_by

ROWS = [[2.5, 3, "black", True], [0.1, 8, "red", "no"], [None, 1, "never seen", None]]
IMAGE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop-images@sha256:1"


@pytest.fixture(params=algorithms.names())
def algorithm(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_a_table_becomes_a_model_that_is_measured(algorithm: str, task: str, prepared: Make) -> None:
    container = prepared(task)
    found = evaluated(container, train_by(container, algorithm))
    assert found["metrics"]["roc_auc"] > 0.85
    report = (container / "processing" / "output" / "report" / "report.html").read_text()
    assert model.load(container / "model").description["algorithm"] in report
    assert algorithms.find(algorithm).IMPORTANCE in report


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_scores_are_probabilities(algorithm: str, task: str, prepared: Make) -> None:
    trained = model.load(train_by(prepared(task), algorithm))
    scores = trained.probabilities(ROWS)
    assert scores.dtype == np.float32
    assert scores.shape == (3, len(trained.encoder.classes))
    assert scores.sum(axis=1) == pytest.approx(1)
    assert scores.min() >= 0


def test_the_description_says_what_trained_and_on_what(algorithm: str, prepared: Make) -> None:
    description = model.load(train_by(prepared("binary"), algorithm)).description
    assert description["module"] == algorithm
    assert description["hyperparameters"].keys() == algorithms.find(algorithm).HYPERPARAMETERS.keys()
    assert sum(description["importance"].values()) == pytest.approx(1)
    assert next(iter(description["importance"])) in ("weight", "colour")
    assert description["rows"]["train"] > description["rows"]["validation"] > 50


def test_the_last_metrics_are_what_the_definitions_match(
    algorithm: str, prepared: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = train_by(prepared("binary"), algorithm)
    log, metrics = capsys.readouterr().out, model.load(folder).description["metrics"]
    train = {"engine": "container", "algorithm": algorithm, "hyperparameters": {}}
    for definition in training({"train": train}, IMAGE, "eu-west-1")["metricDefinitions"]:
        printed = {f"{float(value):.5f}" for value in re.findall(definition["regex"], log)}
        assert f"{metrics[definition['name'].replace(':', '-')]:.5f}" in printed


def test_the_same_seed_trains_the_same_model(algorithm: str, prepared: Make) -> None:
    container = prepared("multiclass")
    first = model.load(train_by(container, algorithm)).probabilities(ROWS)
    shutil.rmtree(container / "checkpoints", ignore_errors=True)
    assert np.array_equal(first, model.load(train_by(container, algorithm)).probabilities(ROWS))


def test_a_rare_class_is_found_more_often_when_balanced(algorithm: str, prepared: Make) -> None:
    container = prepared("multiclass")
    plain = model.load(train_by(container, algorithm, class_weight="none"))
    shutil.rmtree(container / "checkpoints", ignore_errors=True)
    balanced = model.load(train_by(container, algorithm, class_weight="balanced"))
    assert not np.array_equal(plain.probabilities(ROWS), balanced.probabilities(ROWS))
