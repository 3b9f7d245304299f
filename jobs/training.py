"""What an algorithm is given to train with, and what it gives back. Serving imports this too, so polars stays out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from jobs import paths
from jobs.algorithms import Model
from jobs.cluster import Cluster
from jobs.encoder import Encoder, Matrix
from jobs.hyperparameters import Hyperparameters
from jobs.metrics import Measured

if TYPE_CHECKING:
    from jobs.channels import Channels

Labels = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Rows:
    """Encoded rows: a column for each of the encoder's names; a label is the index of its class."""

    matrix: Matrix
    labels: Labels


@dataclass(frozen=True)
class Trained:
    """A model, and what the report says of its training. `metrics` are named as `Job.report` prints them."""

    model: Model
    version: str
    rounds: int
    stopped: str
    metrics: dict[str, float]


@dataclass(frozen=True)
class Job:
    """A training job as an algorithm sees it. `stopped` turns true at SIGTERM."""

    encoder: Encoder
    chosen: Hyperparameters
    channels: Channels
    cluster: Cluster
    stopped: Callable[[], bool]

    @property
    def checkpoints(self) -> Path:
        """A folder that survives an interruption."""
        return paths.checkpoints()

    def report(self, number: int, measured: dict[str, float]) -> None:
        """Print a round's metrics, such as validation-log_loss, in the form that MetricDefinitions match."""
        if self.cluster.leads:
            print(f"[{number}] " + " ".join(f"{name}={value:.6f}" for name, value in measured.items()), flush=True)


def measured(model: Model, rows: Rows, part: str) -> dict[str, float]:
    """The metrics that the job's MetricDefinitions read, of the rows of a part (train, validation)."""
    metrics = Measured(rows.labels.astype(np.int64), model.probabilities(rows.matrix).astype(np.float64)).metrics()
    return {f"{part}-{name}": metrics[name] for name in ("roc_auc", "log_loss")}
