"""A training job: from the files below /opt/ml/input to /opt/ml/model/xgboost-model.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

from __future__ import annotations

import json
import signal
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xgboost as xgb

from . import channels, data, hyperparameters, metrics
from .callbacks import Checkpoints, Monitor, SoFar, last_checkpoint, write
from .cluster import Cluster
from .constants import MAXIMIZED, MODEL_NAME
from .errors import AlgorithmError, ToolkitError, UserError
from .hyperparameters import Settings
from .log import say
from .rows import Table

# What XGBoost says when the job was given something wrong.
_CUSTOMER_ERRORS = (
    "label must be",
    "base_score must be in (0,1)",
    "Target is multiclass but average='binary'",
    "feature_names mismatch",
    "preds.size() == info.labels_.size()",
    "the dataset only contains pos or neg samples",
    "Parameter reg_lambda should be greater equal to 0",
)


@dataclass(frozen=True)
class Job:
    """What the platform left below `base`, which is /opt/ml."""

    base: Path

    def config(self, name: str) -> dict[str, Any]:
        """`/opt/ml/input/config/<name>.json`, empty when it is not there."""
        path = self.base / "input" / "config" / f"{name}.json"
        content: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        return content

    def channel(self, name: str) -> Path:
        """A channel's folder."""
        return self.base / "input" / "data" / name

    @property
    def model(self) -> Path:
        """Where the model goes."""
        return self.base / "model" / MODEL_NAME

    @property
    def checkpoints(self) -> Path | None:
        """Where checkpoints go, if the job has them."""
        local = self.config("checkpointconfig").get("LocalPath")
        return self.base / Path(local).relative_to("/opt/ml") if local else None


def main(base: Path) -> int:
    """Train; the exit code. A failure is written where the platform looks for it."""
    try:
        _train(Job(base))
    except ToolkitError as error:
        text = f"framework error: \nsagemaker_algorithm_toolkit.exceptions.{type(error).__name__}: {error}"
        print(text, file=sys.stderr, flush=True)
    except Exception:  # noqa: BLE001 - whatever it is, the person is told
        text = f"framework error: \n{traceback.format_exc()}"
        print(text, file=sys.stderr, flush=True)
    else:
        return 0
    (base / "output").mkdir(parents=True, exist_ok=True)
    (base / "output" / "failure").write_text(text)
    return 1


def _train(job: Job) -> None:
    say(f"Running XGBoost Sagemaker in algorithm mode, xgboost {xgb.__version__}")
    settings = hyperparameters.validate(job.config("hyperparameters"))
    given = job.config("inputdataconfig")
    kind = channels.validate(given)
    train = data.read(job.channel("train"), kind, weights=settings.csv_weights)
    validation = None
    if "validation" in given:
        validation = data.read(job.channel("validation"), kind, weights=settings.csv_weights)
    lacking = [name for name, table in (("train", train), ("validation", validation)) if name in given and not table]
    hosts = job.config("resourceconfig")["hosts"]
    if len(hosts) > 1:
        _train_together(job, settings, hosts, train, validation, lacking)
        return
    if train is None or lacking:
        name = "training" if "train" in lacking else "validation"
        raise UserError(f"No data in {name} channel path /opt/ml/input/data/{lacking[0]}")
    say("Single node training.")
    _fit(job, settings, train, validation)


def _train_together(
    job: Job,
    settings: Settings,
    hosts: Sequence[str],
    train: Table | None,
    validation: Table | None,
    lacking: Sequence[str],
) -> None:
    """One of several hosts: those without data step back."""
    current = job.config("resourceconfig")["current_host"]
    say(f"Distributed node training with {len(hosts)} hosts: {hosts}")
    cluster = Cluster(hosts, current, job.base.parent)
    taking_part = cluster.with_data(mine=not lacking)
    if not taking_part:
        raise UserError("No hosts received training data.")
    if train is None or lacking:
        say(f"Host {current} does not have {lacking[0]} data and will not be used in distributed training.")
        return
    with cluster.communicating(taking_part, "training"):
        _fit(job, settings, train, validation)


def _matrix(table: Table) -> Any:
    return xgb.DMatrix(table.features, label=table.label, weight=table.weight, qid=table.groups)


def _fit(job: Job, settings: Settings, train: Table, validation: Table | None) -> None:
    first = xgb.collective.get_rank() == 0
    watched = [(_matrix(train), "train")] + ([(_matrix(validation), "validation")] if validation else [])
    say(f"Train matrix has {train.rows} rows and {train.features.shape[1]} columns")
    if validation:
        say(f"Validation matrix has {validation.rows} rows")
    wanted = settings.metrics
    if settings.tuned_metric is not None:
        wanted = tuple(sorted({*wanted, settings.tuned_metric}))
    own, ours = metrics.split(wanted)
    model, done = last_checkpoint(job.checkpoints)
    if model is not None:
        say(f"Checkpoint loaded. Resuming from iteration {done}")
    try:
        booster = xgb.train(
            {**settings.parameters, **({"eval_metric": own} if own else {})},
            watched[0][0],
            num_boost_round=max(0, settings.rounds - done),
            evals=watched,
            custom_metric=metrics.custom(ours, settings.objective),
            callbacks=_callbacks(job, settings, done, first=first, validated=validation is not None),
            xgb_model=model,
            verbose_eval=False,
        )
    except (xgb.core.XGBoostError, ValueError) as error:
        said = str(error).partition("\nStack trace")[0].strip()
        if any(known in said for known in _CUSTOMER_ERRORS):
            raise UserError(said) from error
        raise AlgorithmError(f"XGB train call failed with exception:\n {said}") from error
    if first:
        write(booster, job.model)


def _callbacks(job: Job, settings: Settings, done: int, *, first: bool, validated: bool) -> list[Any]:
    made: list[Any] = [Monitor(done)]
    if first and job.checkpoints is not None:
        made.append(Checkpoints(job.checkpoints, done))
    if first and settings.save_on_termination:
        made.append(SoFar(job.model))
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    rounds, metric = settings.early_stopping_rounds, settings.watched_metric
    if rounds and metric and validated:
        maximized = metric.partition("@")[0] in MAXIMIZED
        made.append(
            xgb.callback.EarlyStopping(
                rounds=rounds, metric_name=metric, data_name="validation", maximize=maximized, save_best=first
            )
        )
    elif rounds:
        say("early_stopping_rounds has no effect without a validation channel and an eval_metric")
    return made
