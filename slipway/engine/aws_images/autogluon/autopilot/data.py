"""From CSV files to the two tables that candidates are trained and measured on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from autogluon.core.utils import infer_problem_type
from sklearn.model_selection import train_test_split

from .settings import Settings

SEED = 0
# AWS's words for AutoGluon's.
PROBLEM_TYPES = {
    "binary": "BinaryClassification",
    "multiclass": "MulticlassClassification",
    "regression": "Regression",
}


@dataclass(frozen=True)
class Data:
    """What is trained on, what is measured on, and AutoGluon's word for the problem."""

    training: pd.DataFrame
    validation: pd.DataFrame
    columns: list[str]
    problem_type: str


def read(settings: Settings) -> Data:
    """Both tables, with the columns that are features and the target."""
    training = _table(settings.training, settings)
    columns = [column for column in training.columns if column != settings.target]
    problem_type = _problem_type(training[settings.target], settings)
    if settings.validation is None:
        training, validation = _split(training, settings, problem_type)
    else:
        validation = _table(settings.validation, settings)
    kept = [*_features(columns, settings), settings.target]
    return Data(training[kept], validation[kept], columns, problem_type)


def _features(columns: list[str], settings: Settings) -> list[str]:
    return columns if settings.features is None else [name for name in columns if name in settings.features]


def _table(folder: Path, settings: Settings) -> pd.DataFrame:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    words = {name: str for name, kind in settings.data_types.items() if kind in ("categorical", "text")}
    table = pd.concat([pd.read_csv(file, dtype=words) for file in files], ignore_index=True)
    return typed(table.dropna(subset=[settings.target]).reset_index(drop=True), settings.data_types)


def typed(table: pd.DataFrame, data_types: dict[str, str]) -> pd.DataFrame:
    """The columns that the feature specification calls numbers or times, as such; what is neither is missing."""
    changed = table.copy()
    for name, kind in data_types.items():
        if kind == "numeric":
            changed[name] = pd.to_numeric(changed[name], errors="coerce")
        elif kind == "datetime":
            changed[name] = pd.to_datetime(changed[name], errors="coerce")
    return changed


def _problem_type(target: pd.Series, settings: Settings) -> str:
    if settings.problem_type is None:
        return str(infer_problem_type(target, silent=True))
    return next(ours for ours, aws in PROBLEM_TYPES.items() if aws == settings.problem_type)


def _split(table: pd.DataFrame, settings: Settings, problem_type: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    target = table[settings.target]
    classes = None if problem_type == "regression" or target.value_counts().min() < 2 else target
    training, validation = train_test_split(
        table, test_size=settings.validation_fraction, random_state=SEED, stratify=classes
    )
    return training, validation
