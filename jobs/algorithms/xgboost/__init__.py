"""Gradient-boosted trees by XGBoost, stopped early by the validation rows.

Hyperparameters have XGBoost's names: xgboost.readthedocs.io/en/stable/parameter.html. A job that finds a checkpoint
goes on from it. Several hosts grow the same trees together, each from its share of the training rows; every host
measures all validation rows, so that metrics and early stopping are those of one host. The AUC of the training rows
then is the mean over the hosts, which is what XGBoost offers.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xgboost as xgb

from jobs.algorithms import Scores, existing, shares
from jobs.algorithms.xgboost import collective
from jobs.algorithms.xgboost.checkpoint import Progress
from jobs.encoder import Encoder, Matrix
from jobs.hyperparameters import Choice, Hyperparameters, Number
from jobs.training import Job, Labels, Trained

HYPERPARAMETERS: Mapping[str, Number | Choice] = {
    "num_round": Number(400, 1, 10_000, "Most trees to grow.", integer=True),
    "early_stopping_rounds": Number(
        25,
        1,
        1000,
        "Training stops when this many rounds bring no lower log loss of the validation rows.",
        integer=True,
    ),
    "max_depth": Number(6, 1, 20, "Depth of a tree.", integer=True),
    "eta": Number(0.1, 0, 1, "Learning rate.", above=True),
    "min_child_weight": Number(1, 0, 10_000, "Smallest sum of weights in a leaf."),
    "gamma": Number(0, 0, 10_000, "Smallest gain that justifies a split."),
    "subsample": Number(0.9, 0, 1, "Share of rows seen by each tree.", above=True),
    "colsample_bytree": Number(0.9, 0, 1, "Share of columns seen by each tree.", above=True),
    "lambda": Number(1, 0, 10_000, "L2 regularisation of leaf weights."),
    "alpha": Number(0, 0, 10_000, "L1 regularisation of leaf weights."),
    "max_bin": Number(256, 2, 65_536, "Bins of a number column.", integer=True),
    "class_weight": Choice(
        "none",
        ("none", "balanced"),
        "balanced: rare classes weigh as much as common ones. none: every row weighs the same, and scores are"
        " probabilities as they come.",
    ),
    "seed": Number(42, 0, 2_147_483_647, "Seed of row and column sampling.", integer=True),
}
MISSING_VALUES = True
SEVERAL_INSTANCES = True
IMPORTANCE = "Share of the gain of all splits."

FILE = "model.ubj"
# Those that steer the job and are no parameters of the booster.
OURS = frozenset({"num_round", "early_stopping_rounds", "class_weight"})
# XGBoost's names of its metrics, and ours, which are those of evaluate.metric in the configuration.
METRICS = {
    "binary": {"auc": "roc_auc", "logloss": "log_loss"},
    "multiclass": {"auc": "roc_auc", "mlogloss": "log_loss"},
}
OBJECTIVES = {"binary": "binary:logistic", "multiclass": "multi:softprob"}


@dataclass(frozen=True)
class Model:
    """A booster."""

    booster: xgb.Booster
    task: str

    def probabilities(self, matrix: Matrix) -> Scores:
        """`inplace_predict` is thread-safe: xgboost.readthedocs.io/en/stable/prediction.html#thread-safety."""
        scores = np.asarray(self.booster.inplace_predict(matrix), dtype=np.float32)
        return np.column_stack((1 - scores, scores)) if self.task == "binary" else scores

    def importance(self, encoder: Encoder) -> dict[str, float]:
        """Each raw column's share of the gain of all splits."""
        gains = np.zeros(len(encoder.names))
        for name, gain in self.booster.get_score(importance_type="total_gain").items():
            gains[int(name.removeprefix("f"))] = float(np.sum(gain))
        return shares(gains, encoder)

    def save(self, folder: Path) -> None:
        """Write the booster."""
        self.booster.save_model(folder / FILE)


def load(folder: Path, encoder: Encoder) -> Model:
    """Read the booster."""
    # One thread: waking the others takes longer than a request's few rows, and lets the slowest answers wait.
    return Model(xgb.Booster({"nthread": 1}, model_file=existing(folder / FILE)), encoder.task)


def train(job: Job) -> Trained:
    """Grow trees, together with the other hosts when there are some."""
    with collective.joined(job.cluster):
        train_rows = _matrix(job, "train")
        validation = _matrix(job, "validation", reference=train_rows)
        progress = collective.shared(Progress.resume(job.checkpoints) if job.cluster.leads else None)
        booster = grow(train_rows, validation, job, progress)
    print(f"kept {progress.best_round + 1} of {progress.rounds} rounds: {progress.reason}")
    return Trained(
        model=Model(booster, job.encoder.task),
        version=f"XGBoost {xgb.__version__}",
        rounds=progress.best_round + 1,
        stopped=progress.reason,
        metrics=progress.best,
    )


def grow(train_rows: xgb.DMatrix, validation: xgb.DMatrix, job: Job, progress: Progress) -> xgb.Booster:
    """Grow trees until they stop helping, their number is reached, or the job is stopped."""
    booster = xgb.Booster(booster_parameters(job), cache=[train_rows, validation], model_file=progress.model)
    patience = job.chosen.whole("early_stopping_rounds")
    for number in range(progress.rounds, job.chosen.whole("num_round")):
        booster.update(train_rows, number)
        progress.add(_measured(booster, train_rows, validation, number, job))
        # One host's SIGTERM ends them all after the same round; else the others would wait for its part.
        if collective.any_of(job.stopped()):
            progress.reason = "stopped by SIGTERM"
            break
        if progress.rounds_without_gain >= patience:
            progress.reason = f"no gain in {patience} rounds"
            break
        if job.cluster.leads:
            progress.save_now_and_then(booster)
    else:
        progress.reason = "num_round reached"
    if job.cluster.leads:
        progress.save(booster)
    return booster[: progress.best_round + 1]


def booster_parameters(job: Job) -> dict[str, Any]:
    """XGBoost's parameters for the task; early stopping watches the last metric, the log loss."""
    parameters: dict[str, Any] = {
        **{name: value for name, value in job.chosen.values.items() if name not in OURS},
        "objective": OBJECTIVES[job.encoder.task],
        "eval_metric": list(METRICS[job.encoder.task]),
        "tree_method": "hist",
        "nthread": len(os.sched_getaffinity(0)),
    }
    if job.encoder.task == "multiclass":
        parameters["num_class"] = len(job.encoder.classes)
    return parameters


def class_weights(labels: Labels, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Weights by which every class counts the same in all; `counts` are all hosts' rows of each class."""
    weights: npt.NDArray[np.float64] = counts.sum() / (np.count_nonzero(counts) * counts[labels])
    return weights.astype(np.float32)


def _matrix(job: Job, channel: str, reference: xgb.DMatrix | None = None) -> xgb.DMatrix:
    """The rows of a channel; a quantile matrix bins them at once and keeps no second copy."""
    rows = job.channels.rows(channel, shared=reference is None)
    return xgb.QuantileDMatrix(
        rows.matrix,
        label=rows.labels,
        weight=_weights(rows.labels, job.encoder, job.chosen, shared=reference is None),
        max_bin=job.chosen.whole("max_bin"),
        ref=reference,
    )


def _weights(
    labels: Labels, encoder: Encoder, chosen: Hyperparameters, *, shared: bool
) -> npt.NDArray[np.float32] | None:
    if chosen.values["class_weight"] != "balanced":
        return None
    counts: npt.NDArray[np.int64] = np.bincount(labels, minlength=len(encoder.classes)).astype(np.int64)
    return class_weights(labels, collective.total(counts) if shared else counts)


def _measured(
    booster: xgb.Booster, train_rows: xgb.DMatrix, validation: xgb.DMatrix, number: int, job: Job
) -> dict[str, float]:
    """Measure a round, and print it."""
    line = booster.eval_set([(train_rows, "train"), (validation, "validation")], number)
    names = METRICS[job.encoder.task]
    measured = {}
    for item in line.split("\t")[1:]:
        name, value = item.split(":")
        part, metric = name.split("-", 1)
        measured[f"{part}-{names[metric]}"] = float(value)
    job.report(number, measured)
    return measured
