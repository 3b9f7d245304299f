"""A trained model: its files, and predictions from raw rows. Evaluate and Serve predict by the same code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from jobs import algorithms
from jobs import encoder as encoders
from jobs.encoder import Encoder

DESCRIPTION = "model.json"

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Model:
    """An encoder, what an algorithm learnt, and what training said about them."""

    encoder: Encoder
    learnt: algorithms.Model
    description: dict[str, Any]

    def probabilities(self, rows: Sequence[Sequence[Any]]) -> Scores:
        """One row of class probabilities for each raw row; thread-safe."""
        return self.learnt.probabilities(self.encoder.encode(rows))

    def predict(self, rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
        """Label and score of each raw row."""
        return predictions(self.probabilities(rows), self.encoder)


def predictions(probabilities: Scores, encoder: Encoder) -> list[dict[str, Any]]:
    """Label and score of each row: binary, the positive class's probability; multiclass, the label's own."""
    best = probabilities.argmax(axis=1)
    shown = np.ones_like(best) if encoder.task == "binary" else best
    scores = probabilities[np.arange(len(best)), shown]
    return [{"label": encoder.classes[b], "score": s} for b, s in zip(best.tolist(), scores.tolist(), strict=True)]


def save(learnt: algorithms.Model, description: dict[str, Any], folder: Path) -> None:
    """Write what an algorithm learnt, and its description; `module` in it is the algorithm that reads the rest."""
    learnt.save(folder)
    (folder / DESCRIPTION).write_text(json.dumps(description, indent=1), encoding="utf-8")


def load(folder: Path) -> Model:
    """Read a model that `train` left in that folder."""
    description = json.loads(algorithms.existing(folder / DESCRIPTION).read_text(encoding="utf-8"))
    encoder = encoders.load(folder)
    # A model without a name is older than the choice of an algorithm.
    algorithm = algorithms.find(description.get("module", algorithms.DEFAULT))
    return Model(encoder, algorithm.load(folder, encoder), description)
