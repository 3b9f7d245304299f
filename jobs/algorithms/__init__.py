"""The algorithms, one module each, found by the name that `train.algorithm` of the configuration gives.

A module here is all that distinguishes an algorithm; docs/algorithms.md says how to add one. What `find` answers:

- `__doc__`: its first sentence says in the configuration's schema what the algorithm is.
- `HYPERPARAMETERS`: their names, types, ranges, defaults and meanings; the schema is written from them.
- `MISSING_VALUES`: whether a number may be missing from a row (NaN), as `prepare.imputation` none leaves it.
- `SEVERAL_INSTANCES`: whether it trains on the rows of several hosts together.
- `IMPORTANCE`: what a column's share in the report means, a sentence.
- `train(job)`: from the channels of a job to a trained model.
- `load(folder, encoder)`: the model that `Model.save` left in that folder.

Packages that an algorithm's models need to predict belong to `jobs/requirements.in`, so that every image reads every
model, a champion's too. What only training needs is imported by `train` itself and listed in `<name>.in` and `.txt`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
import numpy.typing as npt

from jobs.errors import ModelError

if TYPE_CHECKING:
    from jobs.encoder import Encoder, Matrix
    from jobs.hyperparameters import Choice, Number
    from jobs.training import Job, Trained

DEFAULT = "xgboost"

Scores = npt.NDArray[np.float32]


class Model(Protocol):
    """What an algorithm learnt."""

    def probabilities(self, matrix: Matrix) -> Scores:
        """One row of class probabilities for each encoded row, in the order of the encoder's classes; thread-safe."""

    def importance(self, encoder: Encoder) -> dict[str, float]:
        """A share of each raw column, 1 in all, the largest first."""

    def save(self, folder: Path) -> None:
        """Write the model's files."""


class Algorithm(Protocol):
    """A module of this package."""

    HYPERPARAMETERS: Mapping[str, Number | Choice]
    MISSING_VALUES: bool
    SEVERAL_INSTANCES: bool
    IMPORTANCE: str

    def train(self, job: Job) -> Trained:
        """Learn from the job's rows."""

    def load(self, folder: Path, encoder: Encoder) -> Model:
        """Read what `Model.save` wrote; ModelError when it is not there."""


def names() -> tuple[str, ...]:
    """The algorithms that there are."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def find(name: str) -> Algorithm:
    """The algorithm of that name."""
    if name not in names():
        raise ModelError(f"expected an algorithm of {', '.join(names())}, found {name!r}")
    return cast("Algorithm", import_module(f"{__name__}.{name}"))


def existing(file: Path) -> Path:
    """A file of a model, or an error that names it."""
    if not file.is_file():
        raise ModelError(f"expected the model's {file.name} in {file.parent}, found nothing")
    return file


def shares(weights: npt.NDArray[np.float64], encoder: Encoder) -> dict[str, float]:
    """Weights of the encoded columns, none negative, as each raw column's share, the largest first."""
    total = float(weights.sum()) or 1.0
    found = {
        feature.column: float(weights[begin : begin + len(feature.names)].sum()) / total
        for feature, begin in zip(encoder.features, encoder.offsets, strict=False)
    }
    return dict(sorted(found.items(), key=lambda item: -item[1]))
