"""The Train step: gradient-boosted trees by XGBoost, stopped early by the validation rows.

A SageMaker training job (docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo.html). Channels
`train`, `validation` and `encoder`, as Prepare leaves them; writes `model.ubj`, `model.json` and `encoder.json` to
/opt/ml/model. SIGTERM, by which SageMaker stops a job and takes a spot instance away, ends it after the current round
with the model so far; a job that finds a checkpoint goes on from it.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import xgboost as xgb

from jobs import encoder as encoders
from jobs import hyperparameters, model, paths
from jobs.checkpoint import Progress
from jobs.encoder import Encoder
from jobs.errors import JobError, TableError
from jobs.hyperparameters import Hyperparameters

Labels = npt.NDArray[np.int32]
# XGBoost's names of its metrics, and ours, which are those of evaluate.metric in the configuration.
METRICS = {
    "binary": {"auc": "roc_auc", "logloss": "log_loss"},
    "multiclass": {"auc": "roc_auc", "mlogloss": "log_loss"},
}
OBJECTIVES = {"binary": "binary:logistic", "multiclass": "multi:softprob"}


def main() -> None:
    """Run the job."""
    _refuse_several_hosts()
    chosen = hyperparameters.load(paths.hyperparameters())
    encoder = encoders.load(paths.channel("encoder"))
    train = _matrix(paths.channel("train"), encoder, chosen)
    validation = _matrix(paths.channel("validation"), encoder, chosen, reference=train)
    progress = Progress.resume(paths.checkpoints())
    stopped = _stop_on_sigterm()
    booster = grow(train, validation, encoder, chosen, progress, stopped)
    _save(booster, encoder, chosen, progress, {"train": train.num_row(), "validation": validation.num_row()})
    print(f"kept {progress.best_round + 1} of {progress.rounds} rounds: {progress.reason}")


def grow(
    train: xgb.DMatrix,
    validation: xgb.DMatrix,
    encoder: Encoder,
    chosen: Hyperparameters,
    progress: Progress,
    stopped: Callable[[], bool],
) -> xgb.Booster:
    """Grow trees until they stop helping, their number is reached, or the job is stopped."""
    parameters = booster_parameters(encoder, chosen)
    booster = xgb.Booster(parameters, cache=[train, validation], model_file=progress.model_file)
    patience = chosen.whole("early_stopping_rounds")
    for number in range(progress.rounds, chosen.whole("num_round")):
        booster.update(train, number)
        progress.add(_measured(booster, train, validation, number, encoder))
        if stopped():
            progress.reason = "stopped by SIGTERM"
            break
        if progress.rounds_without_gain >= patience:
            progress.reason = f"no gain in {patience} rounds"
            break
        progress.save_now_and_then(booster)
    else:
        progress.reason = "num_round reached"
    progress.save(booster)
    return booster[: progress.best_round + 1]


def booster_parameters(encoder: Encoder, chosen: Hyperparameters) -> dict[str, Any]:
    """XGBoost's parameters for the task; early stopping watches the last metric, the log loss."""
    parameters: dict[str, Any] = {
        **chosen.booster,
        "objective": OBJECTIVES[encoder.task],
        "eval_metric": list(METRICS[encoder.task]),
        "tree_method": "hist",
        "nthread": len(os.sched_getaffinity(0)),
    }
    if encoder.task == "multiclass":
        parameters["num_class"] = len(encoder.classes)
    return parameters


def class_weights(labels: Labels) -> npt.NDArray[np.float32]:
    """Weights by which every class counts the same in all."""
    counts = np.bincount(labels)
    return (labels.size / (np.count_nonzero(counts) * counts[labels])).astype(np.float32)


def _matrix(
    folder: Path, encoder: Encoder, chosen: Hyperparameters, reference: xgb.DMatrix | None = None
) -> xgb.DMatrix:
    """The rows of a channel; a quantile matrix bins them at once and keeps no second copy."""
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise TableError(f"channel {folder.name!r} holds no .csv file; Prepare makes it")
    frame = pl.concat([_read(file, encoder) for file in files])
    labels = frame[encoder.target].to_numpy()
    return xgb.QuantileDMatrix(
        frame.drop(encoder.target).to_numpy(),
        label=labels,
        weight=class_weights(labels) if chosen.balanced else None,
        max_bin=chosen.whole("max_bin"),
        ref=reference,
    )


def _read(file: Path, encoder: Encoder) -> pl.DataFrame:
    """A file of encoded rows; its header is read apart, since polars leaves doubled quotes in a header as they are."""
    with file.open(encoding="utf-8", newline="") as lines:
        header = next(csv.reader(lines), [])
    if header != [*encoder.names, encoder.target]:
        raise TableError(f"{file.name}: expected the columns of the encoder, found {', '.join(header)}")
    types = [pl.Float32] * len(encoder.names) + [pl.Int32]
    return pl.read_csv(file, new_columns=header, schema_overrides=types)


def _measured(
    booster: xgb.Booster, train: xgb.DMatrix, validation: xgb.DMatrix, number: int, encoder: Encoder
) -> dict[str, float]:
    """Measure a round, and print it in the form that the job's MetricDefinitions match."""
    line = booster.eval_set([(train, "train"), (validation, "validation")], number)
    names = METRICS[encoder.task]
    measured = {}
    for item in line.split("\t")[1:]:
        name, value = item.split(":")
        part, metric = name.split("-", 1)
        measured[f"{part}-{names[metric]}"] = float(value)
    print(f"[{number}] " + " ".join(f"{name}={value:.6f}" for name, value in measured.items()), flush=True)
    return measured


def _save(
    booster: xgb.Booster, encoder: Encoder, chosen: Hyperparameters, progress: Progress, rows: dict[str, int]
) -> None:
    folder = paths.model()
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(paths.channel("encoder") / encoders.FILE, folder / encoders.FILE)
    description = {
        "algorithm": f"XGBoost {xgb.__version__}",
        "hyperparameters": chosen.values,
        "rounds": progress.best_round + 1,
        "stopped": progress.reason,
        "rows": rows,
        "metrics": progress.best,
        "importance": model.importance(booster, encoder),
    }
    model.save(booster, description, folder)


def _stop_on_sigterm() -> Callable[[], bool]:
    """Note a SIGTERM; SageMaker leaves 120 seconds after it.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html
    """
    received: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: received.append(number))
    return lambda: bool(received)


def _refuse_several_hosts() -> None:
    file = paths.resource_config()
    hosts = json.loads(file.read_text(encoding="utf-8"))["hosts"] if file.is_file() else []
    if len(hosts) > 1:
        raise JobError(f"expected InstanceCount 1, found {len(hosts)}; this algorithm trains on one instance")
