"""A champion may be of another algorithm than the candidate, and its image then is another one too."""

from __future__ import annotations

import shutil
import sys

import pytest

from tests.algorithms.conftest import Make, evaluated, train_by


@pytest.mark.parametrize(
    ("candidate", "champion"), [("xgboost", "logistic_regression"), ("logistic_regression", "xgboost")]
)
@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_a_champion_of_another_algorithm_is_measured_as_it_was_as_a_candidate(
    candidate: str, champion: str, task: str, prepared: Make
) -> None:
    container = prepared(task)
    theirs = shutil.copytree(train_by(container, champion), container / "theirs")
    alone = evaluated(container, theirs)
    found = evaluated(container, train_by(container, candidate), champion=theirs)
    assert found["champion"]["metrics"] == alone["metrics"]
    assert found["metrics"] != alone["metrics"]
    assert "championFault" not in found


def test_a_champion_is_measured_in_an_image_without_the_packages_that_trained_it(
    prepared: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = prepared("binary")
    theirs = shutil.copytree(train_by(container, "logistic_regression"), container / "theirs")
    candidate = train_by(container, "xgboost")
    for name in [name for name in sys.modules if name.partition(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    assert evaluated(container, candidate, champion=theirs)["champion"]["metrics"]["roc_auc"] > 0.85
