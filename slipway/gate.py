"""The gate of a table that nobody has chosen one for: what a model reaches that knows nothing but the classes' shares.

Another table's threshold says nothing about this one: it would refuse a good model of a hard question, and let a bad
one of an easy question through. Metrics are those of jobs/metrics.py.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

# The schema's defaults of evaluate.metric and evaluate.direction.
METRIC, DIRECTION = "roc_auc", "maximize"


def chance(metric: str, shares: Mapping[str, float], positive: str | None) -> float:
    """The metric of a model that guesses by the classes' shares; `positive` is None with more than two classes.

    Accuracy is that of always saying the most frequent class; guessing a class by its share finds that share of it,
    and is right as often; the log loss of the shares is their entropy.
    """
    values = {
        "roc_auc": 0.5,
        "accuracy": max(shares.values()),
        "log_loss": -sum(share * math.log(share) for share in shares.values()),
    }
    by_class = shares[positive] if positive is not None else 1 / len(shares)
    return round(values.get(metric, by_class), 4)


def is_chosen(configuration: Mapping[str, Any], uri: str, target: str) -> bool:
    """Whether a configuration's gate is of this table and target."""
    dataset = configuration.get("dataset", {})
    return (dataset.get("uri"), dataset.get("target")) == (uri, target)


def sentence(evaluate: Mapping[str, Any]) -> str:
    """What is written, why, and where to put another one."""
    least = "at least" if evaluate.get("direction", DIRECTION) == DIRECTION else "at most"
    return (
        f"Gate: {evaluate.get('metric', METRIC)} {least} {evaluate['threshold']:g}, which a model that knows nothing"
        " reaches, since none was chosen for this table; put your own in evaluate.threshold of config/ml-pipeline.json"
        " (--threshold of automl)."
    )
