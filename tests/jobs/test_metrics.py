"""Metrics against their definitions, written out the slow way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import metrics
from jobs.metrics import Measured

LABELS = np.array([1, 1, 1, 0, 0, 0, 0, 1])
SCORES = np.array([0.9, 0.8, 0.4, 0.7, 0.3, 0.2, 0.1, 0.6])
BINARY = Measured(LABELS, np.column_stack((1 - SCORES, SCORES)))
THREE = Measured(np.array([0, 1, 2, 2]), np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.5, 0.1, 0.4], [0.1, 0.1, 0.8]]))

rows = st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=2).filter(
    lambda pairs: len({hit for hit, _ in pairs}) == 2
)


def test_binary_metrics_are_those_of_the_positive_class() -> None:
    # By hand: 3 hits found, 1 missed, 1 false alarm, 3 rightly left.
    values = BINARY.metrics()
    assert values["accuracy"] == 6 / 8
    assert values["precision"] == 3 / 4
    assert values["recall"] == 3 / 4
    assert values["f1"] == pytest.approx(3 / 4)
    assert values["roc_auc"] == 14 / 16
    right = [0.9, 0.8, 0.4, 0.3, 0.7, 0.8, 0.9, 0.6]
    assert values["log_loss"] == pytest.approx(-sum(map(math.log, right)) / 8)
    assert BINARY.confusion() == [[3, 1], [1, 3]]


def test_multiclass_metrics_are_means_over_the_classes() -> None:
    values = THREE.metrics()
    assert values["accuracy"] == 3 / 4
    assert values["precision"] == pytest.approx((1 / 2 + 1 + 1) / 3)
    assert values["recall"] == pytest.approx((1 + 1 + 1 / 2) / 3)
    assert THREE.confusion() == [[1, 0, 0], [0, 1, 0], [1, 0, 1]]
    assert values["roc_auc"] == pytest.approx(1.0)


def test_a_class_that_is_never_predicted_has_precision_zero() -> None:
    measured = Measured(np.array([0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]]))
    assert measured.metrics()["precision"] == 0
    assert measured.metrics()["f1"] == 0


def test_a_sure_mistake_has_a_finite_loss() -> None:
    assert metrics.log_loss(np.array([1]), np.array([[1.0, 0.0]])) == pytest.approx(36.04, abs=0.01)


@given(rows)
def test_roc_auc_is_the_chance_that_a_hit_scores_above_a_miss(pairs: list[tuple[bool, int]]) -> None:
    wins = [
        1.0 if hit > miss else 0.5 if hit == miss else 0.0
        for is_hit, hit in pairs
        if is_hit
        for is_other, miss in pairs
        if not is_other
    ]
    hits, scores = np.array([hit for hit, _ in pairs]), np.array([float(score) for _, score in pairs])
    assert metrics.roc_auc(hits, scores) == pytest.approx(sum(wins) / len(wins))


@given(rows)
def test_curves_run_from_corner_to_corner(pairs: list[tuple[bool, int]]) -> None:
    hits, scores = np.array([hit for hit, _ in pairs]), np.array([float(score) for _, score in pairs])
    roc = metrics.roc_points(hits, scores)
    assert roc[0] == [0, 0]
    assert roc[-1] == [1, 1]
    assert roc == sorted(roc)
    recalls = [recall for recall, _ in metrics.precision_recall_points(hits, scores)]
    assert recalls == sorted(recalls)
    assert recalls[-1] == 1


def test_long_curves_are_thinned_and_keep_their_ends() -> None:
    scores = np.linspace(0, 1, 5000)
    points = metrics.roc_points(np.arange(5000) % 2 == 0, scores)
    assert len(points) == metrics.CURVE_POINTS
    assert points[0] == [0, 0]
    assert points[-1] == [1, 1]


def test_calibration_counts_every_row_once() -> None:
    bins = BINARY.calibration()
    assert sum(bin_["rows"] for bin_ in bins) == 8
    assert bins[-1] == {"rows": 1, "score": pytest.approx(0.9), "share": 1.0}
    assert sum(bin_["rows"] for bin_ in THREE.calibration()) == 4


def test_the_distribution_counts_every_row_under_its_class() -> None:
    assert [sum(counts) for counts in BINARY.distribution()] == [4, 4]
    assert [sum(counts) for counts in THREE.distribution()] == [1, 1, 2]
