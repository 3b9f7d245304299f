"""A trained model: its files, and predictions from raw rows. Evaluate and Serve predict by the same code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xgboost as xgb

from jobs import encoder as encoders
from jobs.encoder import Encoder
from jobs.errors import ModelError

BOOSTER = "model.ubj"
DESCRIPTION = "model.json"

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Model:
    """An encoder, a booster, and what training said about them."""

    encoder: Encoder
    booster: xgb.Booster
    description: dict[str, Any]

    def probabilities(self, rows: Sequence[Sequence[Any]]) -> Scores:
        """One row of class probabilities for each raw row; `inplace_predict` is thread-safe.

        xgboost.readthedocs.io/en/stable/prediction.html#thread-safety
        """
        scores = np.asarray(self.booster.inplace_predict(self.encoder.encode(rows)), dtype=np.float32)
        return np.column_stack((1 - scores, scores)) if self.encoder.task == "binary" else scores

    def predict(self, rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
        """Label and score of each row: binary, the positive class's probability; multiclass, the label's own."""
        probabilities = self.probabilities(rows)
        best = probabilities.argmax(axis=1)
        shown = np.ones_like(best) if self.encoder.task == "binary" else best
        scores = probabilities[np.arange(len(best)), shown]
        classes = self.encoder.classes
        return [{"label": classes[b], "score": s} for b, s in zip(best.tolist(), scores.tolist(), strict=True)]


def save(booster: xgb.Booster, description: dict[str, Any], folder: Path) -> None:
    """Write the booster and its description."""
    booster.save_model(folder / BOOSTER)
    (folder / DESCRIPTION).write_text(json.dumps(description, indent=1), encoding="utf-8")


def load(folder: Path) -> Model:
    """Read a model that `train` left in that folder."""
    for name in (BOOSTER, DESCRIPTION):
        if not (folder / name).is_file():
            raise ModelError(f"expected the model's {name} in {folder}, found nothing")
    # One thread: waking the others takes longer than a request's few rows, and lets the slowest answers wait.
    booster = xgb.Booster({"nthread": 1}, model_file=folder / BOOSTER)
    description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    return Model(encoders.load(folder), booster, description)


def importance(booster: xgb.Booster, encoder: Encoder) -> dict[str, float]:
    """Each raw column's share of the gain of all splits, the largest first."""
    owner = [feature.column for feature in encoder.features for _ in feature.names]
    gains = dict.fromkeys(encoder.columns, 0.0)
    for name, gain in booster.get_score(importance_type="total_gain").items():
        gains[owner[int(name.removeprefix("f"))]] += float(np.sum(gain))
    total = sum(gains.values()) or 1.0
    return {column: gain / total for column, gain in sorted(gains.items(), key=lambda item: -item[1])}
