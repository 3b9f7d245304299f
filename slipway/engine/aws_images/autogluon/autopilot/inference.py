"""What a candidate answers: rows of CSV without header and target in; the labels, or what is asked for, out.

SAGEMAKER_INFERENCE_OUTPUT chooses among predicted_label, probability, probabilities and labels. This file is copied
into each candidate's archive, with `schema.json` beside it.

docs.aws.amazon.com/sagemaker/latest/dg/autopilot-automate-model-development-container-output.html
"""

from __future__ import annotations

import csv
import io
import json
import os
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pandas as pd
from autogluon.tabular import TabularPredictor
from sagemaker_inference.errors import GenericInferenceToolkitError

_KEYS = ("predicted_label", "probability", "probabilities", "labels")


class NotAcceptable(GenericInferenceToolkitError):  # type: ignore[misc] # the container's, which has no types here
    """The request asks for what a candidate does not do; the text says what."""

    def __init__(self, message: str) -> None:
        super().__init__(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message)


class BadRows(GenericInferenceToolkitError):  # type: ignore[misc]
    """The rows are not such as the model was trained on."""

    def __init__(self, message: str) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, message)


class Model:
    """A predictor, the columns of its training data, and what it is asked to say."""

    def __init__(self, folder: Path) -> None:
        self.predictor = TabularPredictor.load(str(folder / "predictor"))
        self.schema: dict[str, Any] = json.loads((Path(__file__).parent / "schema.json").read_text(encoding="utf-8"))
        self.name = os.environ.get("MODEL_NAME") or self.predictor.model_best
        self.keys = _keys(os.environ.get("SAGEMAKER_INFERENCE_OUTPUT", ""), self.predictor.problem_type)

    @property
    def is_regression(self) -> bool:
        """Whether there are no classes."""
        return bool(self.predictor.problem_type == "regression")


def _keys(asked: str, problem_type: str) -> list[str]:
    keys = [key.strip() for key in asked.split(",") if key.strip()] or ["predicted_label"]
    known = _KEYS[:1] if problem_type == "regression" else _KEYS
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise ValueError(f"SAGEMAKER_INFERENCE_OUTPUT: {', '.join(unknown)}: expected of {', '.join(known)}")
    return keys


def model_fn(model_dir: str) -> Model:
    """The candidate."""
    return Model(Path(model_dir))


def transform_fn(model: Model, data: Any, content_type: str, accept: str) -> tuple[str, str]:
    """One answer line a row."""
    if content_type.split(";")[0].strip().lower() != "text/csv":
        raise NotAcceptable(f"Content-Type {content_type}: a candidate of the local engine takes text/csv")
    if accept.split(";")[0].strip().lower() != "text/csv":
        raise NotAcceptable(f"Accept {accept}: a candidate of the local engine answers text/csv")
    return _lines(_said(model, rows(data, model.schema))), "text/csv"


def rows(text: str, schema: dict[str, Any]) -> pd.DataFrame:
    """The rows as a table with the training data's columns; BadRows when their number differs."""
    columns, as_text = schema["columns"], {name: str for name in schema["text"] if name in schema["columns"]}
    found = {len(row) for row in csv.reader(io.StringIO(text)) if row}
    if found != {len(columns)}:
        said = ", ".join(str(count) for count in sorted(found)) or "none"
        raise BadRows(f"expected rows of {len(columns)} columns ({', '.join(columns)}), found {said}")
    table = pd.read_csv(io.StringIO(text), header=None, names=columns, dtype=as_text)
    for name, kind in schema["dataTypes"].items():
        if kind == "numeric":
            table[name] = pd.to_numeric(table[name], errors="coerce")
        elif kind == "datetime":
            table[name] = pd.to_datetime(table[name], errors="coerce")
    return _checked(table, schema)


def _checked(table: pd.DataFrame, schema: dict[str, Any]) -> pd.DataFrame:
    others = (*schema["text"], *schema["dataTypes"])
    words = [name for name in schema["features"] if name not in others and table[name].dtype == object]
    if words:
        raise BadRows(f"expected numbers in {', '.join(words)}, as in the training data, found text")
    return table


def _said(model: Model, table: pd.DataFrame) -> list[list[str]]:
    labels = model.predictor.predict(table, model=model.name)
    if model.is_regression:
        return [[str(value)] for value in labels]
    shares = model.predictor.predict_proba(table, model=model.name)
    pairs = zip(labels, shares.to_dict("records"), strict=True)
    return [[_part(model, key, label, share) for key in model.keys] for label, share in pairs]


def _part(model: Model, key: str, label: Any, share: dict[Any, float]) -> str:
    match key:
        case "probability":
            return str(_probability(model, label, share))
        case "probabilities":
            return str([float(value) for value in share.values()])
        case "labels":
            return str([str(name) for name in share])
        case _:
            return str(label)


def _probability(model: Model, label: Any, share: dict[Any, float]) -> float:
    """Of the label that is predicted; for two classes in hyperparameter tuning mode, of the positive one."""
    if model.schema["mode"] == "HYPERPARAMETER_TUNING" and model.predictor.problem_type == "binary":
        return float(share[model.predictor.positive_class])
    return float(share[label])


def _lines(answers: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(answers)
    return out.getvalue()
