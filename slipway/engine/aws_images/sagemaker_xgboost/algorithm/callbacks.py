"""What happens after each round: metrics into the log, checkpoints and the model so far onto disk."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import xgboost as xgb

_CHECKPOINT = "xgboost-checkpoint"
_NAMED = re.compile(rf"{_CHECKPOINT}\.(\d+)")
_KEPT = 5


class Monitor(xgb.callback.TrainingCallback):
    """Prints `[3]#011train-auc:0.91234#011validation-auc:0.90123`, as CloudWatch shows the container's tabs."""

    def __init__(self, first: int) -> None:
        super().__init__()
        self._first = first

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002 - XGBoost's form
        """Print the round's metrics, on the first host only."""
        if xgb.collective.get_rank() == 0:
            found = [
                f"{data}-{name}:{values[-1]:.5f}" for data, log in evals_log.items() for name, values in log.items()
            ]
            print("#011".join([f"[{self._first + epoch}]", *found]), flush=True)
        return False


class Checkpoints(xgb.callback.TrainingCallback):
    """Writes `xgboost-checkpoint.<round>` and keeps the last five.

    docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html
    """

    def __init__(self, folder: Path, first: int) -> None:
        super().__init__()
        self._folder = folder
        self._first = first

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002 - XGBoost's form
        """Save, and drop the one that is too many."""
        number = self._first + epoch
        write(model, self._folder / f"{_CHECKPOINT}.{number}")
        (self._folder / f"{_CHECKPOINT}.{number - _KEPT}").unlink(missing_ok=True)
        return False


class SoFar(xgb.callback.TrainingCallback):
    """Keeps the model so far where the finished one will be (`save_model_on_termination`)."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002 - XGBoost's form
        """Save."""
        write(model, self._path)
        return False


def write(model: Any, path: Path) -> None:
    """A model's file, whole or not at all, in XGBoost's binary format whatever its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.sagemaker-ignore")
    unfinished.write_bytes(model.save_raw("ubj"))
    os.replace(unfinished, path)  # noqa: PTH105 - names what it does


def last_checkpoint(folder: Path | None) -> tuple[Any, int]:
    """The newest checkpoint that can be read, and how many rounds it has; (None, 0) when there is none."""
    if folder is None:
        return None, 0
    numbers = [int(match[1]) for path in folder.glob("*") if (match := _NAMED.fullmatch(path.name))]
    for number in sorted(numbers, reverse=True)[:_KEPT]:
        booster = xgb.Booster()
        try:
            booster.load_model(bytearray((folder / f"{_CHECKPOINT}.{number}").read_bytes()))
        except xgb.core.XGBoostError:
            continue
        return booster, number + 1
    return None, 0
