"""What an invocation answers: XGBoost's numbers, or what SAGEMAKER_INFERENCE_OUTPUT selects of them.

docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

CSV, JSON, JSON_LINES = "text/csv", "application/json", "application/jsonlines"
ACCEPTED = (JSON, JSON_LINES, CSV)
_LABELLED = ("predicted_label", "labels")
_SCORED = ("raw_score", "raw_scores")
_PROBABLE = ("probability", "probabilities")
_SELECTABLE: Mapping[str, Sequence[str]] = {
    "reg:squarederror": ("predicted_score",),
    "reg:logistic": ("predicted_score",),
    "reg:gamma": ("predicted_score",),
    "reg:absoluteerror": ("predicted_score",),
    "reg:tweedie": ("predicted_score",),
    "binary:logistic": (*_LABELLED, *_PROBABLE, *_SCORED),
    "binary:logitraw": (*_LABELLED, *_SCORED),
    "binary:hinge": (*_LABELLED, *_SCORED),
    "multi:softmax": (*_LABELLED, *_SCORED),
    "multi:softprob": (*_LABELLED, *_PROBABLE, *_SCORED),
}
_HALF = 0.5


class NotAcceptable(Exception):
    """The Accept header names nothing that can be answered."""


def accepted(header: str, default: str) -> str:
    """The type to answer in."""
    wanted = header.partition(";")[0].strip().lower()
    if wanted in ("", "*/*"):
        return default
    if wanted not in ACCEPTED:
        raise NotAcceptable(f"Accept type {wanted} is not supported. Please use supported accept types: {ACCEPTED}.")
    return wanted


def plain(numbers: Any, accept: str, *, batch: bool) -> str:
    """Every row's prediction."""
    rows = numbers.tolist()
    if accept == JSON:
        return json.dumps({"predictions": [{"score": row} for row in rows]})
    if accept == JSON_LINES:
        return "".join(f"{json.dumps({'score': row})}\n" for row in rows)
    return "\n".join(map(str, rows)) + "\n" if batch else ",".join(map(str, rows))


@dataclass(frozen=True)
class Selection:
    """Which keys the model's environment selects, for a model with this objective."""

    keys: Sequence[str]
    objective: str
    classes: int

    def check(self) -> None:
        """ValueError when the objective has no selectable content."""
        if self.objective not in _SELECTABLE:
            raise ValueError(f"Objective `{self.objective}` unsupported for selectable inference predictions.")

    def render(self, numbers: Any, accept: str, *, batch: bool) -> str:
        """Every row's selected content; a key that the objective does not have is NaN."""
        rows = [{key: self._value(key, row) for key in self.keys} for row in numbers]
        if accept == JSON:
            return json.dumps({"predictions": rows})
        if accept == JSON_LINES:
            return "".join(f"{json.dumps(row)}\n" for row in rows)
        lines = [",".join(f'"{v}"' if isinstance(v, list) else str(v) for v in row.values()) for row in rows]
        return "\n".join(lines) + ("\n" if batch else "")

    def _value(self, key: str, row: Any) -> Any:
        if key not in _SELECTABLE[self.objective]:
            return float("nan")
        if key == "predicted_label":
            return self._label(row)
        if key == "labels":
            return list(range(self.classes if self.objective.startswith("multi:") else 2))
        if key in ("probabilities", "raw_scores"):
            return row.tolist() if row.ndim else [1.0 - row.item(), row.item()]
        return float(row.max()) if row.ndim else row.item()

    def _label(self, row: Any) -> Any:
        if self.objective == "multi:softprob":
            return int(np.argmax(row))
        if self.objective in ("binary:logistic", "binary:logitraw"):
            return int(row.item() > (_HALF if self.objective == "binary:logistic" else 0))
        return row.item()
