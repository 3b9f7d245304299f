"""The metrics, by scikit-learn's own examples and by their definitions."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.ab import metrics
from slipway.ab.metrics import Judged

SCORES = st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9])
JUDGED = st.lists(st.builds(Judged, st.sampled_from("yn"), st.sampled_from("yn"), SCORES), min_size=1, max_size=40)


def judged(truths: str, labels: str, scores: list[float] | None = None) -> list[Judged]:
    return [Judged(*one) for one in zip(truths, labels, scores or [0.5] * len(truths), strict=True)]


def test_roc_auc_is_that_of_scikit_learns_example() -> None:
    assert metrics.measure("roc_auc", judged("nnyy", "nnny", [0.1, 0.4, 0.35, 0.8]), "y") == 0.75


def test_log_loss_is_that_of_scikit_learns_example() -> None:
    found = metrics.measure("log_loss", judged("yhhy", "yhhy", [0.9, 0.1, 0.2, 0.65]), "y")
    assert found == pytest.approx(0.21616, abs=5e-6)


@pytest.mark.parametrize(("metric", "value"), [("precision", 2 / 9), ("recall", 1 / 3), ("f1", 0.26667)])
def test_of_more_than_two_classes_it_is_the_mean_as_in_scikit_learns_example(metric: str, value: float) -> None:
    assert metrics.measure(metric, judged("012012", "021001"), None) == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize(("metric", "value"), [("accuracy", 0.6), ("precision", 0.5), ("recall", 1.0), ("f1", 2 / 3)])
def test_of_two_classes_it_is_of_the_positive_one(metric: str, value: float) -> None:
    assert metrics.measure(metric, judged("ynnny", "yynyy"), "y") == pytest.approx(value)


@pytest.mark.parametrize("metric", ["precision", "recall", "f1"])
def test_what_was_never_counted_is_0(metric: str) -> None:
    assert metrics.measure(metric, judged("nn", "nn"), "y") == 0


@pytest.mark.parametrize("metric", metrics.NEED_SCORES)
def test_scores_of_more_than_two_classes_tell_no_roc_auc_and_no_log_loss(metric: str) -> None:
    assert metrics.measure(metric, judged("012", "012"), None) is None


def test_a_probability_of_0_for_what_came_true_does_not_break_log_loss() -> None:
    assert metrics.log_loss(judged("y", "n", [0.0]), "y") == pytest.approx(-math.log(2**-52))


@given(JUDGED)
def test_roc_auc_is_the_share_of_pairs_in_the_right_order(found: list[Judged]) -> None:
    pairs = product([one.score for one in found if one.truth == "y"], [one.score for one in found if one.truth == "n"])
    won = [1.0 if hit > miss else 0.5 if hit == miss else 0.0 for hit, miss in pairs]
    expected = sum(won) / len(won) if won else None
    assert metrics.roc_auc(found, "y") == (expected if expected is None else pytest.approx(expected))


@given(JUDGED, st.sampled_from(["accuracy", "precision", "recall", "f1"]))
def test_a_share_lies_between_0_and_1_for_two_classes_and_for_many(found: list[Judged], metric: str) -> None:
    for positive in ("y", None):
        value = metrics.measure(metric, found, positive)
        assert value is not None
        assert 0 <= value <= 1
