"""The metrics that the container adds to XGBoost's own.

XGBoost hands them what the model predicts: a class for `multi:softmax`, a raw score for `binary:logitraw`, a
probability for `binary:logistic`, and so on.
docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

_HALF = 0.5


def _labels(scores: Any, objective: str) -> Any:
    if scores.ndim > 1:
        return np.argmax(scores, axis=-1)
    if objective == "multi:softmax":
        return scores.astype(int)
    return (scores > (0 if objective == "binary:logitraw" else _HALF)).astype(int)


class _Counts:
    """True and predicted labels, counted by class."""

    def __init__(self, truth: Any, predicted: Any) -> None:
        self.classes = np.union1d(truth, predicted)
        self.right = np.array([np.sum((truth == c) & (predicted == c)) for c in self.classes], float)
        self.true = np.array([np.sum(truth == c) for c in self.classes], float)
        self.said = np.array([np.sum(predicted == c) for c in self.classes], float)

    @property
    def precision(self) -> Any:
        """By class; 0 for a class that was never said."""
        return np.divide(self.right, self.said, out=np.zeros_like(self.right), where=self.said > 0)

    @property
    def recall(self) -> Any:
        """By class; 0 for a class that is not there."""
        return np.divide(self.right, self.true, out=np.zeros_like(self.right), where=self.true > 0)

    @property
    def f1(self) -> Any:
        """By class: the harmonic mean of precision and recall."""
        total = self.said + self.true
        return np.divide(2 * self.right, total, out=np.zeros_like(total), where=total > 0)

    @property
    def accuracy(self) -> float:
        """The share of rows whose label is right."""
        return float(self.right.sum() / self.true.sum())

    def balanced_accuracy(self) -> float:
        """The mean recall of the classes that are there."""
        return float(self.recall[self.true > 0].mean())

    def of_class_one(self, by_class: Any) -> float:
        """The value of class 1; for more classes than two there is none."""
        if len(self.classes) > 2 or not set(self.classes) <= {0, 1}:
            raise ValueError("Target is multiclass but average='binary'")
        found = by_class[self.classes == 1]
        return float(found[0]) if len(found) else 0.0


_BY_LABEL: dict[str, Callable[[_Counts], float]] = {
    "accuracy": lambda counts: counts.accuracy,
    "balanced_accuracy": lambda counts: counts.balanced_accuracy(),
    "f1": lambda counts: float(counts.f1.mean()),
    "f1_binary": lambda counts: counts.of_class_one(counts.f1),
    "f1_macro": lambda counts: float(counts.f1.mean()),
    "precision": lambda counts: counts.of_class_one(counts.precision),
    "precision_macro": lambda counts: float(counts.precision.mean()),
    "precision_micro": lambda counts: counts.accuracy,
    "recall": lambda counts: counts.of_class_one(counts.recall),
    "recall_macro": lambda counts: float(counts.recall.mean()),
    "recall_micro": lambda counts: counts.accuracy,
}


def _mse(truth: Any, predicted: Any) -> float:
    return float(np.mean((truth - predicted) ** 2))


def _r2(truth: Any, predicted: Any) -> float:
    spread = np.sum((truth - truth.mean()) ** 2)
    return float(1 - np.sum((truth - predicted) ** 2) / spread) if spread else 0.0


_BY_VALUE: dict[str, Callable[[Any, Any], float]] = {"mse": _mse, "r2": _r2}


def split(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """XGBoost's own metrics, and the container's; every host has them in the same order."""
    ours = [name for name in names if name in _BY_LABEL or name in _BY_VALUE]
    return [name for name in names if name not in ours], ours


def custom(names: Sequence[str], objective: str) -> Callable[[Any, Any], list[tuple[str, float]]] | None:
    """The function that XGBoost calls for the container's metrics."""
    if not names:
        return None

    def measure(scores: Any, matrix: Any) -> list[tuple[str, float]]:
        truth = matrix.get_label()
        if not truth.size:
            return [(name, 0.0) for name in names]
        counts = _Counts(truth, _labels(scores, objective)) if any(name in _BY_LABEL for name in names) else None
        return [
            (name, _BY_LABEL[name](counts) if counts and name in _BY_LABEL else _BY_VALUE[name](truth, scores))
            for name in names
        ]

    return measure
