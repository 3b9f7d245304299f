"""Training one candidate after the other, and leaving each where the engine takes it from."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autogluon.tabular import TabularPredictor

from . import events, inference, metrics
from .data import Data
from .recipes import KEYS, Recipe
from .settings import Settings

_ENSEMBLE = "WeightedEnsemble"
_ERRORS_ONLY = 1


@dataclass
class Trials:
    """The candidates of one job. `results` has those that were trained, with their metrics."""

    settings: Settings
    data: Data
    metric: str
    results: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._predictor = TabularPredictor(
            label=self.settings.target,
            problem_type=self.data.problem_type,
            eval_metric=metrics.OPTIMIZED[self.metric],
            path=str(self.settings.output / "predictor"),
            verbosity=_ERRORS_ONLY,
        )
        # Without torch it says at each fit that it cannot look for a GPU.
        logging.getLogger("autogluon.common.utils.resource_utils").setLevel(logging.CRITICAL)
        self._number = 0
        self._fitted = False

    @property
    def predictor(self) -> TabularPredictor:
        """AutoGluon's, which holds all models."""
        return self._predictor

    def train(self, recipe: Recipe) -> None:
        """One candidate of one algorithm."""
        name = self._begin(recipe.algorithm)
        values = {**recipe.settings, "ag_args": {"name_suffix": f"_t{self._number}"}}
        if self.settings.seconds_per_candidate is not None:
            values["ag_args_fit"] = {"max_time_limit": self.settings.seconds_per_candidate}
        before, failures = set(self._models()), self._failures()
        self._fit({KEYS[recipe.algorithm]: [values]})
        new = [model for model in self._models() if model not in before]
        if new:
            self._completed(name, recipe.algorithm, new[0])
        else:
            events.say("failed", name=name, reason=self._reason(self._failures()[len(failures) :]))

    def combine(self) -> None:
        """The weighted ensemble of what was trained."""
        name = self._begin(_ENSEMBLE)
        made = self._predictor.fit_weighted_ensemble(time_limit=self.settings.seconds_per_candidate)
        self._completed(name, _ENSEMBLE, made[0])

    def _begin(self, algorithm: str) -> str:
        self._number += 1
        name = f"Local-{algorithm}-t{self._number}"
        events.say("started", name=name, algorithm=algorithm)
        return name

    def _models(self) -> list[str]:
        return list(self._predictor.model_names()) if self._fitted else []

    def _failures(self) -> list[dict[str, Any]]:
        if not self._fitted:
            return []
        rows: list[dict[str, Any]] = self._predictor.model_failures().to_dict("records")
        return rows

    def _fit(self, hyperparameters: dict[str, Any]) -> None:
        if self._fitted:
            self._predictor.fit_extra(hyperparameters, fit_weighted_ensemble=False, num_gpus=0)
            return
        self._predictor.fit(
            self.data.training,
            tuning_data=self.data.validation,
            hyperparameters=hyperparameters,
            fit_weighted_ensemble=False,
            raise_on_no_models_fitted=False,
            num_gpus=0,
        )
        self._fitted = True

    def _reason(self, failures: list[dict[str, Any]]) -> str:
        if any(failure["exc_type"] == "TimeLimitExceeded" for failure in failures):
            limit = self.settings.seconds_per_candidate
            return f"the candidate could not be trained within MaxRuntimePerTrainingJobInSeconds, {limit} seconds"
        said = "; ".join(f"{failure['exc_type']}: {failure['exc_str']}" for failure in failures)
        return said or "AutoGluon trained no model and gave no reason; see the job's log"

    def _completed(self, name: str, algorithm: str, model: str) -> None:
        values = metrics.measure(self._predictor, model, self.data.validation, self.settings.target)
        if self.metric not in values:
            events.say("failed", name=name, reason=f"{self.metric} has no value on the validation data")
            return
        self.results[name] = {"algorithm": algorithm, "model": model, "metrics": values}
        self._leave(name, model)
        events.say("completed", name=name, model=model, algorithm=algorithm, metrics=values)

    def _leave(self, name: str, model: str) -> None:
        folder = self.settings.output / "candidates" / name
        self._predictor.clone_for_deployment(str(folder / "predictor"), model=model)
        code = folder / "code"
        code.mkdir()
        shutil.copy(Path(inference.__file__), code / "inference.py")
        dtypes = self.data.training.dtypes
        schema = {
            "columns": self.data.columns,
            "features": [column for column in dtypes.index if column != self.settings.target],
            "text": [column for column in dtypes.index if dtypes[column].kind == "O"],
            "dataTypes": self.settings.data_types,
            "mode": self.settings.mode,
        }
        (code / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
