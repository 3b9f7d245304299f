"""The model or models of /opt/ml/model, and what they predict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import xgboost as xgb

from . import channels, rows


class Unreadable(Exception):
    """A request whose body cannot be read as what it says it is."""


class Model:
    """Every file of a folder is a booster; several answer with their mean."""

    def __init__(self, folder: Path) -> None:
        paths = [path for path in sorted(folder.iterdir()) if path.is_file()]
        self._boosters = [_load(path) for path in paths]
        if not self._boosters:
            raise RuntimeError(f"Unable to load model: {folder} is empty")
        config = json.loads(self._boosters[0].save_config())["learner"]
        self.objective = str(config["objective"]["name"])
        self.classes = int(config["learner_model_param"].get("num_class", 0))

    @property
    def width(self) -> int:
        """How many features a row has."""
        return int(self._boosters[0].num_features())

    def predict(self, features: Any) -> Any:
        """A number, or several, for each row; ValueError for a number of features that is not the model's."""
        matrix = xgb.DMatrix(features)
        found = [booster.predict(matrix, validate_features=False) for booster in self._boosters]
        return found[0] if len(found) == 1 else np.mean(found, axis=0)

    def features(self, body: bytes, content_type: str) -> Any:
        """The rows of a request."""
        kind = channels.content_type(content_type or "text/csv")
        if kind == channels.PARQUET:
            raise Unreadable(f"Content-type {content_type} is not supported.")
        try:
            text = body.decode().strip()
            return rows.features_of_csv(text) if kind == channels.CSV else rows.features_of_libsvm(text)
        except (ValueError, IndexError) as error:
            raise Unreadable(
                f"Loading {kind} data failed with Exception, please ensure data is in {kind} format:\n {error}"
            ) from error

    def fitted(self, features: Any, content_type: str) -> Any:
        """Features as wide as the model's; a column too few is accepted as the container does, and is missing."""
        kind, given = channels.content_type(content_type or "text/csv"), features.shape[1]
        if kind == channels.LIBSVM:
            if given > self.width:
                raise ValueError(
                    f"Feature size of libsvm inference data {given} is larger than feature size of trained model "
                    f"{self.width}."
                )
            return rows.widened(features, self.width)
        if given not in (self.width, self.width - 1):
            raise ValueError(
                f"Feature size of csv inference data {given} is not consistent with feature size of trained model "
                f"{self.width}."
            )
        missing = np.full((features.shape[0], self.width - given), np.nan, np.float32)
        return np.hstack((features, missing))


def _load(path: Path) -> Any:
    booster = xgb.Booster()
    try:
        booster.load_model(bytearray(path.read_bytes()))
    except xgb.core.XGBoostError as error:
        raise RuntimeError(f"Model at {path} cannot be loaded:\n{error}") from error
    booster.set_param({"nthread": 1})
    return booster
