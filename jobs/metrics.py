"""What is measured of a model on held-out rows; plain numpy, so that no job waits for a larger library to import.

The definitions are scikit-learn's (scikit-learn.org/stable/modules/model_evaluation.html). With more than two classes,
precision, recall, F1 and ROC AUC are unweighted means over the classes, each against the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]

NAMES = ("accuracy", "precision", "recall", "f1", "roc_auc", "log_loss")
CURVE_POINTS = 200
CALIBRATION_BINS = 10
_LEAST = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Measured:
    """Labels as class indices, and a row of class probabilities for each."""

    labels: Labels
    probabilities: Scores

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return int(self.probabilities.shape[1])

    @property
    def shown(self) -> list[int]:
        """The classes that precision and its like are about: binary, the positive one; otherwise all."""
        return [1] if self.classes == 2 else list(range(self.classes))

    def metrics(self) -> dict[str, float]:
        """Every metric by its name."""
        matrix = np.array(self.confusion())
        true = matrix.diagonal()[self.shown]
        precision = _ratio(true, matrix.sum(axis=0)[self.shown])
        recall = _ratio(true, matrix.sum(axis=1)[self.shown])
        values = (
            matrix.trace() / self.labels.size,
            precision.mean(),
            recall.mean(),
            _ratio(2 * precision * recall, precision + recall).mean(),
            np.mean([roc_auc(self.labels == label, self.probabilities[:, label]) for label in self.shown]),
            log_loss(self.labels, self.probabilities),
        )
        return {name: float(value) for name, value in zip(NAMES, values, strict=True)}

    def confusion(self) -> list[list[int]]:
        """Rows counted by actual class (first index) and predicted class (second)."""
        predicted = self.probabilities.argmax(axis=1)
        counts = np.bincount(self.labels * self.classes + predicted, minlength=self.classes**2)
        matrix: list[list[int]] = counts.reshape(self.classes, self.classes).tolist()
        return matrix

    def curves(self) -> list[dict[str, Any]]:
        """ROC and precision-recall points of each class shown."""
        return [
            {"class": label, "roc": roc_points(hit, scores), "precisionRecall": precision_recall_points(hit, scores)}
            for label in self.shown
            for hit, scores in [(self.labels == label, self.probabilities[:, label])]
        ]

    def calibration(self) -> list[dict[str, float]]:
        """For each tenth of scores that occurs: how many rows, their mean score, and the share that was a hit.

        Binary: of the positive class; otherwise of the predicted one.
        """
        if self.classes == 2:
            scores, hits = self.probabilities[:, 1], self.labels == 1
        else:
            scores, hits = self.probabilities.max(axis=1), self.labels == self.probabilities.argmax(axis=1)
        bins = np.minimum((scores * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
        return [
            {"rows": int(chosen.sum()), "score": float(scores[chosen].mean()), "share": float(hits[chosen].mean())}
            for chosen in (bins == number for number in range(CALIBRATION_BINS))
            if chosen.any()
        ]

    def distribution(self, bins: int = 20) -> list[list[int]]:
        """A histogram of scores for each class: binary, of the positive class's score; else of its own."""
        columns = [1, 1] if self.classes == 2 else range(self.classes)
        return [
            np.histogram(self.probabilities[self.labels == label, column], bins, (0, 1))[0].tolist()
            for label, column in enumerate(columns)
        ]


def roc_auc(hits: npt.NDArray[np.bool_], scores: Scores) -> float:
    """The chance that a hit scores above a miss, ties counted half."""
    false, true = _roc(hits, scores)
    return float(np.trapezoid(true, false))


def log_loss(labels: Labels, probabilities: Scores) -> float:
    """Mean of -log of the probability given to what came true."""
    chosen = probabilities[np.arange(labels.size), labels]
    return float(-np.log(np.clip(chosen, _LEAST, 1)).mean())


def roc_points(hits: npt.NDArray[np.bool_], scores: Scores) -> list[list[float]]:
    """[false positive rate, true positive rate] from (0, 0) to (1, 1)."""
    return _thinned(*_roc(hits, scores))


def precision_recall_points(hits: npt.NDArray[np.bool_], scores: Scores) -> list[list[float]]:
    """[recall, precision], from the highest score down; the point of no row at all is left out."""
    true, false = _counts(hits, scores)
    return _thinned(true / hits.sum(), true / (true + false))


def _counts(hits: npt.NDArray[np.bool_], scores: Scores) -> tuple[Scores, Scores]:
    """Hits and misses at or above each distinct score, from the highest down."""
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), scores.size - 1)
    true = np.cumsum(hits[order])[ends].astype(np.float64)
    return true, ends + 1 - true


def _roc(hits: npt.NDArray[np.bool_], scores: Scores) -> tuple[Scores, Scores]:
    true, false = _counts(hits, scores)
    return np.append(0.0, false / false[-1]), np.append(0.0, true / true[-1])


def _thinned(x: Scores, y: Scores) -> list[list[float]]:
    """At most CURVE_POINTS points, the ends among them."""
    kept = np.unique(np.linspace(0, x.size - 1, min(x.size, CURVE_POINTS)).round().astype(int))
    return [[float(a), float(b)] for a, b in zip(x[kept], y[kept], strict=True)]


def _ratio(part: Scores, whole: Scores) -> Scores:
    """The quotient, 0 where nothing was counted."""
    return np.divide(part, whole, out=np.zeros(len(whole)), where=np.asarray(whole) > 0)
