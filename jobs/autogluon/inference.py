"""Serves a predictor of `train.py`, in AWS's AutoGluon inference image.

Requests: text/csv without a header, the training's columns in their order without the target; application/json, as
`{"instances": [row, …]}` with a row as an object or as a list of values; application/jsonlines, a row a line. Answers:
label and score of each row, as the job image's server gives them: CSV `label,score`, or `{"predictions": [{"label",
"score"}, …]}`. The score is the positive class's probability, with more than two classes the label's own; a regression
has none.

github.com/aws/sagemaker-inference-toolkit
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pandas as pd
from autogluon.tabular import TabularPredictor
from sagemaker_inference.errors import GenericInferenceToolkitError

CSV = "text/csv"
JSON = "application/json"
JSON_LINES = "application/jsonlines"
FORMATS = (CSV, JSON, JSON_LINES)

Prediction = dict[str, Any]


def model_fn(model_dir: str) -> TabularPredictor:
    """The predictor, in memory before the first request; the training's Python may have been another patch release."""
    predictor = TabularPredictor.load(model_dir, require_py_version_match=False)
    predictor.persist()
    return predictor


def transform_fn(model: TabularPredictor, data: str | bytes, content_type: str, accept: str) -> tuple[str, str]:
    """The answer and its type."""
    given = content_type.partition(";")[0].strip().lower()
    wanted = _accepted(accept, given)
    text = data.decode("utf-8") if isinstance(data, bytes) else data
    return write(predict(model, read(text, given, model)), wanted), wanted


def refused(message: str, status: int = 400) -> GenericInferenceToolkitError:
    """What the caller did wrong."""
    return GenericInferenceToolkitError(status, message)


def read(text: str, content_type: str, model: TabularPredictor) -> pd.DataFrame:
    """The rows of a request, in the training's columns."""
    features = list(model.original_features)
    if content_type == CSV:
        rows: list[Any] = [row for row in csv.reader(io.StringIO(text)) if row]
    elif content_type == JSON:
        document = _parse(text)
        rows = document.get("instances", []) if isinstance(document, dict) else []
        if not isinstance(rows, list):
            rows = []
    elif content_type == JSON_LINES:
        rows = [_parse(line) for line in text.splitlines() if line.strip()]
    else:
        raise refused(f"Content-Type: expected {', '.join(FORMATS)}; found {content_type or 'none'}", 415)
    if not rows:
        raise refused("expected at least one row, found none")
    values = [_values(row, place, features) for place, row in enumerate(rows, 1)]
    return _typed(pd.DataFrame(values, columns=features, dtype=object), model)


def predict(model: TabularPredictor, frame: pd.DataFrame) -> list[Prediction]:
    """Label and score of each row."""
    if not model.can_predict_proba:
        return [{"label": value} for value in model.predict(frame).tolist()]
    probabilities = model.predict_proba(frame, as_multiclass=True)
    labels = model.predict_from_proba(probabilities).tolist()
    if model.problem_type == "binary":
        scores = probabilities[model.positive_class].tolist()
    else:
        scores = probabilities.max(axis=1).tolist()
    return [{"label": label, "score": score} for label, score in zip(labels, scores, strict=True)]


def write(predictions: list[Prediction], accept: str) -> str:
    """The predictions in that format."""
    if accept == CSV:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(prediction.values() for prediction in predictions)
        return text.getvalue()
    if accept == JSON_LINES:
        return "".join(json.dumps(prediction) + "\n" for prediction in predictions)
    return json.dumps({"predictions": predictions})


def _accepted(accept: str, given: str) -> str:
    """The first format that the caller names and we know, else the request's own."""
    wanted = [item.partition(";")[0].strip().lower() for item in accept.split(",") if item.strip()]
    known = [item for item in wanted if item in FORMATS]
    if known:
        return known[0]
    if not wanted or "*/*" in wanted:
        return given
    raise refused(f"Accept: expected {', '.join(FORMATS)}; found {accept}", 406)


def _values(row: Any, place: int, features: list[str]) -> list[Any]:
    if isinstance(row, dict):
        unknown, missing = sorted(set(row) - set(features)), [name for name in features if name not in row]
        if unknown or missing:
            said = [f"missing {', '.join(missing)}"] * bool(missing) + [f"unknown {', '.join(unknown)}"] * bool(unknown)
            raise refused(f"row {place}: {'; '.join(said)}")
        return [row[name] for name in features]
    if not isinstance(row, list):
        raise refused(f"row {place}: expected an object or a list of values")
    if len(row) != len(features):
        raise refused(f"row {place}: expected {len(features)} values ({', '.join(features)}), found {len(row)}")
    return row


def _typed(frame: pd.DataFrame, model: TabularPredictor) -> pd.DataFrame:
    """The types that pandas gave the training data, which a few rows do not tell."""
    frame = frame.replace("", None)
    kinds = model.feature_metadata_in.type_map_raw
    for name in frame.columns:
        kind = kinds.get(name)  # a column that training dropped has none
        if kind in ("int", "float"):
            try:
                frame[name] = pd.to_numeric(frame[name])
            except (TypeError, ValueError) as error:
                raise refused(f"{name}: expected numbers: {error}") from None
        elif kind == "bool":
            frame[name] = frame[name].map(lambda value: str(value).lower() == "true")
        elif kind in ("object", "category"):
            frame[name] = frame[name].map(str, na_action="ignore")
    return frame


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise refused(f"not JSON: {error}") from None
