"""Logistic regression: what is served is what scikit-learn fitted."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from jobs import encoder as encoders
from jobs import model, paths
from jobs.algorithms import logistic_regression
from jobs.channels import Channels
from jobs.cluster import Cluster
from jobs.errors import TableError
from jobs.training import Rows
from tests.algorithms.conftest import Make, train_by


def rows(channel: str) -> Rows:
    """The encoded rows of a channel of the job."""
    encoder = encoders.load(paths.channel("encoder"))
    return Channels(encoder, Cluster(("algo-1",), "algo-1")).rows(channel)


def probabilities(folder: Path, channel: str = "validation") -> np.ndarray:
    """What a served model answers for the rows of a channel."""
    trained = model.load(folder)
    return trained.learnt.probabilities(rows(channel).matrix)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_a_served_model_answers_as_scikit_learn_does(task: str, prepared: Make) -> None:
    folder = train_by(prepared(task), "logistic_regression", C="0.5")
    theirs = make_pipeline(StandardScaler(), LogisticRegression(C=0.5, max_iter=1000))
    train = rows("train")
    theirs.fit(train.matrix, train.labels)
    expected = theirs.predict_proba(rows("validation").matrix)
    assert probabilities(folder) == pytest.approx(expected, abs=1e-3)


def test_l1_takes_useless_columns_out_and_l2_keeps_them(prepared: Make) -> None:
    container = prepared("binary")
    zeros = {}
    for penalty in ("l1", "l2"):
        learnt = model.load(train_by(container, "logistic_regression", penalty=penalty, C="0.02")).learnt
        assert isinstance(learnt, logistic_regression.Model)
        zeros[penalty] = int((learnt.coefficients[1] == 0).sum())
    assert zeros["l1"] > zeros["l2"] == 0


def test_elasticnet_lies_between_its_parts(prepared: Make) -> None:
    container = prepared("binary")
    chosen = {"C": "0.05", "tol": "0.000001"}
    found = {}
    for name, given in {
        "l1": {"penalty": "l1"},
        "all": {"penalty": "elasticnet", "l1_ratio": "1"},
        "half": {"penalty": "elasticnet", "l1_ratio": "0.5"},
    }.items():
        found[name] = probabilities(train_by(container, "logistic_regression", **chosen, **given))
    assert found["all"] == pytest.approx(found["l1"], abs=1e-4)
    assert found["half"] != pytest.approx(found["l1"], abs=1e-3)


def test_without_a_penalty_c_says_nothing(prepared: Make) -> None:
    container = prepared("binary")
    first, second = (
        probabilities(train_by(container, "logistic_regression", penalty="none", C=strength))
        for strength in ("0.001", "1000")
    )
    assert np.array_equal(first, second)


def test_a_solver_that_does_not_end_is_said_in_log_and_report(
    prepared: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = train_by(prepared("binary"), "logistic_regression", max_iter="1")
    assert "fitted in 1 iterations: max_iter reached before it converged" in capsys.readouterr().out
    description = model.load(folder).description
    assert (description["rounds"], description["stopped"]) == (1, "max_iter reached before it converged")


def test_missing_values_are_refused_by_column(prepared: Make) -> None:
    container = prepared("binary", **{"prepare.imputation": "none"})
    expected = (
        "^column 'weight' has missing values, of which logistic_regression can make nothing; set prepare.imputation"
    )
    with pytest.raises(TableError, match=expected):
        train_by(container, "logistic_regression")


def test_a_column_that_never_changes_does_no_harm(prepared: Make) -> None:
    container = prepared("binary")
    for channel in ("train", "validation"):
        (file,) = (container / "input" / "data" / channel).glob("*.csv")
        header, *lines = file.read_text().splitlines()
        place = header.split(",").index("age")
        changed = [line.split(",") for line in lines]
        file.write_text("\n".join([header, *(",".join([*f[:place], "4", *f[place + 1 :]]) for f in changed)]) + "\n")
    folder = train_by(container, "logistic_regression")
    assert np.isfinite(probabilities(folder)).all()
    assert model.load(folder).description["importance"]["age"] == 0


def test_it_is_scikit_learns_version_that_the_report_names(prepared: Make) -> None:
    description = model.load(train_by(prepared("binary"), "logistic_regression")).description
    assert description["algorithm"] == f"scikit-learn {sys.modules['sklearn'].__version__} LogisticRegression"
