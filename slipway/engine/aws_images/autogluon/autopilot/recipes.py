"""Which candidates there will be: an algorithm and its settings each.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_AutoMLAlgorithmConfig.html names the algorithms of the two modes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .data import SEED
from .settings import Settings

# AWS's algorithm → AutoGluon's key. What needs torch or CatBoost is refused when the job is made.
KEYS: Final[Mapping[str, str]] = {
    "lightgbm": "GBM",
    "xgboost": "XGB",
    "randomforest": "RF",
    "extra-trees": "XT",
    "linear-learner": "LR",
}
_ENSEMBLING: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("lightgbm", {}),
    ("xgboost", {}),
    ("linear-learner", {}),
    ("randomforest", {}),
    ("extra-trees", {}),
    ("lightgbm", {"extra_trees": True}),
    ("xgboost", {"learning_rate": 0.03, "max_depth": 8, "colsample_bytree": 0.7}),
    ("lightgbm", {"learning_rate": 0.03, "num_leaves": 128, "feature_fraction": 0.9, "min_data_in_leaf": 5}),
    ("randomforest", {"min_samples_leaf": 5}),
)


@dataclass(frozen=True)
class Recipe:
    """One candidate to train."""

    algorithm: str
    settings: dict[str, Any]


def _xgboost(dice: random.Random) -> dict[str, Any]:
    return {
        "learning_rate": round(10 ** dice.uniform(-2.3, -0.5), 4),
        "max_depth": dice.randint(3, 10),
        "min_child_weight": dice.randint(1, 10),
        "subsample": round(dice.uniform(0.6, 1), 3),
        "colsample_bytree": round(dice.uniform(0.5, 1), 3),
    }


def _linear(dice: random.Random) -> dict[str, Any]:
    return {"C": round(10 ** dice.uniform(-2, 2), 4), "proc.skew_threshold": round(dice.uniform(0.5, 1), 3)}


_DRAWN: Final[Mapping[str, Callable[[random.Random], dict[str, Any]]]] = {
    "xgboost": _xgboost,
    "linear-learner": _linear,
}


def recipes(settings: Settings) -> list[Recipe]:
    """Those of the mode and the algorithms, as many as there may be; in ensembling mode the ensemble is one more."""
    if settings.mode == "ENSEMBLING":
        room = max(1, settings.max_candidates - 1)
        chosen = [Recipe(name, dict(values)) for name, values in _ENSEMBLING if name in settings.algorithms]
        return chosen[:room]
    drawn = _draw(settings.algorithms)
    return [next(drawn) for _ in range(settings.max_candidates)]


def _draw(algorithms: list[str]) -> Iterator[Recipe]:
    """Random search, the same one every time: of each algorithm first its defaults."""
    dice = random.Random(SEED)  # noqa: S311 - no secret
    yield from (Recipe(name, {}) for name in algorithms)
    while True:
        name = dice.choice(algorithms)
        yield Recipe(name, _DRAWN[name](dice))
