"""The metrics that AWS documents for each problem, by scikit-learn on the validation data.

docs.aws.amazon.com/sagemaker/latest/dg/autopilot-metrics-validation.html
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd
from autogluon.tabular import TabularPredictor
from sklearn import metrics as sk

# AWS's metric → AutoGluon's, by which it is optimized.
OPTIMIZED: Final[Mapping[str, str]] = {
    "Accuracy": "accuracy",
    "AUC": "roc_auc",
    "BalancedAccuracy": "balanced_accuracy",
    "F1": "f1",
    "F1macro": "f1_macro",
    "MAE": "mean_absolute_error",
    "MSE": "mean_squared_error",
    "Precision": "precision",
    "PrecisionMacro": "precision_macro",
    "R2": "r2",
    "Recall": "recall",
    "RecallMacro": "recall_macro",
    "RMSE": "root_mean_squared_error",
}
DEFAULTS: Final[Mapping[str, str]] = {"binary": "F1", "multiclass": "Accuracy", "regression": "MSE"}

Measure = Callable[[pd.Series, pd.Series], float]


def _binary(positive: Any) -> dict[str, Measure]:
    return {
        "Accuracy": sk.accuracy_score,
        "BalancedAccuracy": sk.balanced_accuracy_score,
        "F1": lambda true, said: sk.f1_score(true, said, pos_label=positive, zero_division=0),
        "Precision": lambda true, said: sk.precision_score(true, said, pos_label=positive, zero_division=0),
        "Recall": lambda true, said: sk.recall_score(true, said, pos_label=positive, zero_division=0),
    }


_MULTICLASS: Final[Mapping[str, Measure]] = {
    "Accuracy": sk.accuracy_score,
    "BalancedAccuracy": sk.balanced_accuracy_score,
    "F1macro": lambda true, said: sk.f1_score(true, said, average="macro", zero_division=0),
    "PrecisionMacro": lambda true, said: sk.precision_score(true, said, average="macro", zero_division=0),
    "RecallMacro": lambda true, said: sk.recall_score(true, said, average="macro", zero_division=0),
}
_REGRESSION: Final[Mapping[str, Measure]] = {
    "MAE": sk.mean_absolute_error,
    "MSE": sk.mean_squared_error,
    "R2": sk.r2_score,
    "RMSE": sk.root_mean_squared_error,
}


def measure(predictor: TabularPredictor, model: str, table: pd.DataFrame, target: str) -> dict[str, float]:
    """Every metric of the problem that the table has a value of, and the seconds that a row takes in this process."""
    features, true = table.drop(columns=[target]), table[target]
    said = predictor.predict(features, model=model)
    values = {name: float(function(true, said)) for name, function in _labels(predictor).items()}
    if predictor.problem_type != "regression":
        values |= _probabilities(predictor, model, features, true)
    values["InferenceLatency"] = _latency(predictor, model, features)
    return {name: value for name, value in values.items() if math.isfinite(value)}


def _labels(predictor: TabularPredictor) -> Mapping[str, Measure]:
    if predictor.problem_type == "binary":
        return _binary(predictor.positive_class)
    return _MULTICLASS if predictor.problem_type == "multiclass" else _REGRESSION


def _probabilities(
    predictor: TabularPredictor, model: str, features: pd.DataFrame, true: pd.Series
) -> dict[str, float]:
    share = predictor.predict_proba(features, model=model).astype("float64")
    share = share.div(share.sum(axis=1), axis=0)
    # A class that is in the validation data alone has no share.
    known = true.isin(share.columns)
    values = {"LogLoss": float(sk.log_loss(true[known], share[known].to_numpy(), labels=list(share.columns)))}
    if predictor.problem_type == "binary":
        positive = predictor.positive_class
        values["AUC"] = float(sk.roc_auc_score(true == positive, share[positive]))
    return values


def _latency(predictor: TabularPredictor, model: str, features: pd.DataFrame) -> float:
    row = features.head(1)
    predictor.predict(row, model=model)
    started = time.perf_counter()
    predictor.predict(row, model=model)
    return time.perf_counter() - started
