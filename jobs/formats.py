"""The endpoint's formats: text/csv, application/json and application/jsonlines.

As SageMaker's common data formats have them: docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import orjson

from jobs.encoder import Encoder, shorten
from jobs.errors import RequestError

CSV = "text/csv"
JSON = "application/json"
JSON_LINES = "application/jsonlines"
FORMATS = (CSV, JSON, JSON_LINES)

Row = list[Any]
Prediction = dict[str, Any]


def content_type(header: str) -> str:
    """The request's format; 415 when it is none of ours."""
    found = header.partition(";")[0].strip().lower()
    if found not in FORMATS:
        raise RequestError(f"Content-Type: expected {', '.join(FORMATS)}; found {found or 'none'}", 415)
    return found


def accept(header: str, default: str) -> str:
    """The answer's format: the first that the client names and we know, else the request's; 406 when there is none."""
    wanted = [item.partition(";")[0].strip().lower() for item in header.split(",") if item.strip()]
    for item in wanted:
        if item in FORMATS:
            return item
    if not wanted or "*/*" in wanted:
        return default
    raise RequestError(f"Accept: expected {', '.join(FORMATS)}; found {header}", 406)


def read(body: bytes, content_type: str, encoder: Encoder) -> list[Row]:
    """The rows of a request, their values in the encoder's order."""
    if content_type == CSV:
        rows = _read_csv(body)
    elif content_type == JSON:
        rows = _read_json(body, encoder)
    else:
        rows = [
            _row(_parse(line, f"line {n}: "), n - 1, encoder)
            for n, line in enumerate(body.split(b"\n"), 1)
            if line.strip()
        ]
    if not rows:
        raise RequestError("expected at least one row, found none")
    return rows


def write(predictions: list[Prediction], accept: str) -> bytes:
    """The predictions in that format."""
    if accept == CSV:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows((p["label"], p["score"]) for p in predictions)
        return text.getvalue().encode()
    if accept == JSON:
        return orjson.dumps({"predictions": predictions})
    return b"".join(orjson.dumps(prediction) + b"\n" for prediction in predictions)


def error(message: str) -> bytes:
    """An error's body."""
    return orjson.dumps({"error": message})


def _read_csv(body: bytes) -> list[Row]:
    try:
        return [row for row in csv.reader(io.StringIO(body.decode("utf-8"), newline=""), strict=True) if row]
    except UnicodeDecodeError as fault:
        raise RequestError(f"not UTF-8: {fault.reason} at byte {fault.start}") from None
    except csv.Error as fault:
        raise RequestError(f"not CSV: {fault}") from None


def _read_json(body: bytes, encoder: Encoder) -> list[Row]:
    document = _parse(body)
    if not isinstance(document, dict) or set(document) != {"instances"} or not isinstance(document["instances"], list):
        raise RequestError('expected {"instances": [row, …]}, each row an object or a list of values')
    return [_row(instance, index, encoder) for index, instance in enumerate(document["instances"])]


def _row(instance: Any, index: int, encoder: Encoder) -> Row:
    if isinstance(instance, dict):
        return encoder.arrange(instance, index)
    if isinstance(instance, list):
        return instance
    raise RequestError(f"row {index + 1}: expected an object or a list of values, found {shorten(instance)}")


def _parse(text: bytes, place: str = "") -> Any:
    """JSON as RFC 8259 has it, so NaN and Infinity are refused."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as fault:
        raise RequestError(f"{place}not JSON: {fault}") from None
