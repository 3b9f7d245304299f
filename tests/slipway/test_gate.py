from __future__ import annotations

import math

import pytest

from slipway import gate

RARE = {"no": 0.75, "yes": 0.25}
THREE = {"a": 0.5, "b": 0.25, "c": 0.25}


@pytest.mark.parametrize(
    ("metric", "binary", "multiclass"),
    [
        ("roc_auc", 0.5, 0.5),
        ("accuracy", 0.75, 0.5),
        ("precision", 0.25, 0.3333),
        ("recall", 0.25, 0.3333),
        ("f1", 0.25, 0.3333),
        ("log_loss", 0.5623, 1.0397),
    ],
)
def test_chance_is_what_a_model_reaches_that_knows_the_shares_only(
    metric: str, binary: float, multiclass: float
) -> None:
    assert gate.chance(metric, RARE, "yes") == binary
    assert gate.chance(metric, THREE, None) == multiclass


def test_the_log_loss_of_two_equal_classes_is_that_of_a_coin() -> None:
    assert gate.chance("log_loss", {"no": 0.5, "yes": 0.5}, "yes") == round(math.log(2), 4)


@pytest.mark.parametrize(
    ("dataset", "chosen"),
    [
        ({"uri": "a.csv", "target": "left"}, True),
        ({"uri": "a.csv", "target": "other"}, False),
        ({"uri": "b.csv", "target": "left"}, False),
        ({}, False),
    ],
)
def test_a_gate_is_of_one_table_and_one_target(dataset: dict[str, str], chosen: bool) -> None:
    assert gate.is_chosen({"dataset": dataset}, "a.csv", "left") is chosen


def test_of_a_loss_it_says_at_most() -> None:
    told = gate.sentence({"metric": "log_loss", "direction": "minimize", "threshold": 0.5623})
    assert told.startswith("Gate: log_loss at most 0.5623, which a model that knows nothing reaches")
    assert "evaluate.threshold of config/ml-pipeline.json (--threshold of automl)" in told
