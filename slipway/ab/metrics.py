"""The metrics of `evaluate.metric` of labels and scores as the API gives them, without a numerical library.

The definitions are those of the bundle's jobs/metrics.py. A score is the positive class's probability with two classes,
and the answer's own with more, so that ROC AUC and log loss can be told of two classes only.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

NEED_SCORES = ("roc_auc", "log_loss")
_LEAST = sys.float_info.epsilon


class Judged(NamedTuple):
    """An answer, and what came true."""

    truth: str
    label: str
    score: float


def measure(metric: str, judged: Sequence[Judged], positive: str | None) -> float | None:
    """The metric; None where these answers do not tell it. `positive` is None with more than two classes."""
    if metric == "accuracy":
        return sum(one.truth == one.label for one in judged) / len(judged)
    if metric == "roc_auc":
        return None if positive is None else roc_auc(judged, positive)
    if metric == "log_loss":
        return None if positive is None else log_loss(judged, positive)
    return _mean_over_classes(metric, judged, positive)


def roc_auc(judged: Sequence[Judged], positive: str) -> float | None:
    """The chance that a hit scores above a miss, ties counted half; None without either."""
    counts: dict[float, list[int]] = {}
    for one in judged:
        counts.setdefault(one.score, [0, 0])[one.truth == positive] += 1
    below, won = 0, 0.0
    for _, (misses, hits) in sorted(counts.items()):
        won += hits * (below + misses / 2)
        below += misses
    pairs = below * (len(judged) - below)
    return won / pairs if pairs else None


def log_loss(judged: Sequence[Judged], positive: str) -> float:
    """Mean of -log of the probability given to what came true."""
    given = (one.score if one.truth == positive else 1 - one.score for one in judged)
    return -sum(math.log(min(max(probability, _LEAST), 1.0)) for probability in given) / len(judged)


def _mean_over_classes(metric: str, judged: Sequence[Judged], positive: str | None) -> float | None:
    """Precision, recall or F1, 0 where nothing was counted: of the positive class, or the mean over all that occur."""
    truths = Counter(one.truth for one in judged)
    labels = Counter(one.label for one in judged)
    right = Counter(one.truth for one in judged if one.truth == one.label)
    classes = [positive] if positive is not None else sorted(truths | labels)
    return sum(_of_class(metric, right[name], labels[name], truths[name]) for name in classes) / len(classes)


def _of_class(metric: str, right: int, answered: int, true: int) -> float:
    whole = {"precision": answered, "recall": true, "f1": (answered + true) / 2}[metric]
    return right / whole if whole else 0.0
