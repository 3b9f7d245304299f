"""Logistic regression by scikit-learn, on standardised columns: a model that can be read, and a baseline for others.

scikit-learn.org/stable/modules/generated/sklearn.linear_model.LogisticRegression.html. Only `train` imports it: where
it is installed, importing xgboost takes three times as long, and a served model is a matrix of coefficients, for which
numpy is enough. Training is one call that SIGTERM does not interrupt; it takes seconds where trees take minutes.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from jobs.algorithms import Scores, existing, shares
from jobs.encoder import Encoder, Matrix
from jobs.errors import TableError
from jobs.hyperparameters import Choice, Hyperparameters, Number
from jobs.training import Job, Rows, Trained, measured

HYPERPARAMETERS: Mapping[str, Number | Choice] = {
    "C": Number(1, 0, 1_000_000, "Inverse of the strength of regularisation: less is simpler.", above=True),
    "penalty": Choice(
        "l2",
        ("l2", "l1", "elasticnet", "none"),
        "Regularisation. l2 makes coefficients small, l1 makes those of useless columns zero, elasticnet mixes the two"
        " by l1_ratio, none leaves them free.",
    ),
    "l1_ratio": Number(0.5, 0, 1, "Share of l1 in elasticnet; the other penalties do not read it."),
    "max_iter": Number(1000, 1, 100_000, "Most iterations of the solver.", integer=True),
    "tol": Number(0.0001, 0, 1, "The solver stops when an iteration changes less than this.", above=True),
    "class_weight": Choice(
        "none",
        ("none", "balanced"),
        "balanced: rare classes weigh as much as common ones. none: every row weighs the same, and scores are"
        " probabilities as they come.",
    ),
    "seed": Number(42, 0, 2_147_483_647, "Seed of the solver of l1 and elasticnet.", integer=True),
}
MISSING_VALUES = False
SEVERAL_INSTANCES = False
IMPORTANCE = "Share of the sizes of all coefficients, of standardised columns."

FILE = "model.npz"
L1_RATIOS = {"l2": 0.0, "l1": 1.0, "none": 0.0}

Weights = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """A row of coefficients and an intercept for each class, of columns less their mean over their deviation."""

    coefficients: Weights
    intercepts: Weights
    means: Weights
    deviations: Weights

    def probabilities(self, matrix: Matrix) -> Scores:
        """The softmax of each class's sum."""
        sums = ((matrix - self.means) / self.deviations) @ self.coefficients.T + self.intercepts
        powers = np.exp(sums - sums.max(axis=1, keepdims=True))
        scores: Scores = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
        return scores

    def importance(self, encoder: Encoder) -> dict[str, float]:
        """Each raw column's share of the sizes of all coefficients."""
        return shares(np.abs(self.coefficients).sum(axis=0), encoder)

    def save(self, folder: Path) -> None:
        """Write the numbers."""
        np.savez(folder / FILE, **vars(self))


def load(folder: Path, _encoder: Encoder) -> Model:
    """Read the numbers."""
    with np.load(existing(folder / FILE), allow_pickle=False) as numbers:
        return Model(**numbers)


def train(job: Job) -> Trained:
    """Fit the coefficients."""
    import sklearn  # before anything is read, so that a missing package is said at once

    rows, validation = job.channels.rows("train"), job.channels.rows("validation")
    _refuse_missing_values(rows, job.encoder)
    means, deviations = _scale(rows.matrix)
    classifier, complaint = _fit((rows.matrix - means) / deviations, rows, job.chosen)
    model = Model(*_per_class(classifier), means, deviations)
    rounds = int(classifier.n_iter_.max())
    metrics = measured(model, rows, "train") | measured(model, validation, "validation")
    job.report(rounds, metrics)
    stopped = complaint or "converged"
    print(f"fitted in {rounds} iterations: {stopped}")
    return Trained(model, f"scikit-learn {sklearn.__version__} LogisticRegression", rounds, stopped, metrics)


def _fit(matrix: Weights, rows: Rows, chosen: Hyperparameters) -> tuple[Any, str]:
    """The fitted classifier, and what it complained of."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    penalty, ratio = str(chosen.values["penalty"]), float(chosen.values["l1_ratio"])
    ratio = L1_RATIOS.get(penalty, ratio)
    classifier = LogisticRegression(
        C=np.inf if penalty == "none" else float(chosen.values["C"]),
        l1_ratio=ratio,
        solver="saga" if ratio else "lbfgs",
        class_weight="balanced" if chosen.values["class_weight"] == "balanced" else None,
        max_iter=chosen.whole("max_iter"),
        tol=float(chosen.values["tol"]),
        random_state=chosen.whole("seed"),
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        classifier.fit(matrix, rows.labels)
    unfinished = any(issubclass(warning.category, ConvergenceWarning) for warning in caught)
    return classifier, "max_iter reached before it converged" if unfinished else ""


def _per_class(classifier: Any) -> tuple[Weights, Weights]:
    """Coefficients and intercept of each class; for two classes scikit-learn gives those of the second alone."""
    coefficients, intercepts = classifier.coef_, classifier.intercept_
    if len(classifier.classes_) == 2:
        coefficients = np.vstack([np.zeros_like(coefficients), coefficients])
        intercepts = np.append(0.0, intercepts)
    return coefficients, intercepts


def _scale(matrix: Matrix) -> tuple[Weights, Weights]:
    """Mean and deviation of each column; a column that never changes has deviation 1, so that it stays 0."""
    means = matrix.mean(axis=0, dtype=np.float64)
    deviations = matrix.std(axis=0, dtype=np.float64)
    deviations[deviations == 0] = 1
    return means, deviations


def _refuse_missing_values(rows: Rows, encoder: Encoder) -> None:
    missing = np.isnan(rows.matrix).any(axis=0)
    if missing.any():
        name = encoder.names[int(missing.argmax())]
        raise TableError(
            f"column {name!r} has missing values, of which logistic_regression can make nothing;"
            " set prepare.imputation to median"
        )
