"""Raw rows to the model's numbers, learnt from training rows and kept beside the model.

The same encoder turns a table into training data (`frames.py`, by polars) and a request into one row (here, by plain
Python, since a request is small and polars takes longer to import than the request to answer).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from jobs.errors import ModelError, RequestError

FILE = "encoder.json"
NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
TRUE = ("true", "yes", "y", "t", "1")
# Stripped from around a value; named, since polars and Python know different blanks.
BLANKS = " \t\r\n"
FALSE = ("false", "no", "n", "f", "0")
# What both become for those who encode by themselves.
YES, NO = "yes", "no"
# The model counts in single precision; beyond this a number would become infinite.
LARGEST = float(np.finfo(np.float32).max)

Matrix = npt.NDArray[np.float32]

_number = re.compile(NUMBER)
_booleans = dict.fromkeys(TRUE, 1.0) | dict.fromkeys(FALSE, 0.0)


@dataclass(frozen=True)
class Feature:
    """A column the model sees: `fill` stands for a missing number or boolean, `categories` are one-hot encoded."""

    column: str
    type: str
    fill: float | None = None
    categories: tuple[str, ...] = ()

    @cached_property
    def positions(self) -> dict[str, int]:
        """Where each category stands among them."""
        return {category: index for index, category in enumerate(self.categories)}

    @property
    def names(self) -> tuple[str, ...]:
        """The encoded columns that this one becomes."""
        if self.type == "category":
            return tuple(f"{self.column}={category}" for category in self.categories)
        return (self.column,)


@dataclass(frozen=True)
class Encoder:
    """Everything needed to turn raw rows into the model's input, and its output into labels.

    `classes` are the target's values in the order of the model's output; for binary the positive class is the second.
    """

    target: str
    task: str
    classes: tuple[str, ...]
    missing_values: frozenset[str]
    features: tuple[Feature, ...]
    ids: tuple[str, ...] = ()

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """The encoded column at which each feature begins, and, last, their number."""
        return tuple(accumulate((len(feature.names) for feature in self.features), initial=0))

    @property
    def names(self) -> tuple[str, ...]:
        """The encoded columns, in the order of the model's input."""
        return tuple(name for feature in self.features for name in feature.names)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The raw columns, in the order in which a row without names gives them."""
        return tuple(feature.column for feature in self.features)

    def encode(self, rows: Sequence[Sequence[Any]]) -> Matrix:
        """Encode rows whose values stand in the order of `columns`; text, numbers, booleans or None."""
        matrix = np.zeros((len(rows), self.offsets[-1]), dtype=np.float32)
        for index, row in enumerate(rows):
            if len(row) != len(self.features):
                raise RequestError(f"row {index + 1}: expected {len(self.features)} values, found {len(row)}")
            self._encode_row(row, matrix[index], index)
        return matrix

    def arrange(self, row: Mapping[str, Any], index: int = 0) -> list[Any]:
        """The values of a row given by column name, in the order of `columns`; ids are welcome and left out."""
        try:
            values = [row[column] for column in self.columns]
        except KeyError as error:
            raise RequestError(f"row {index + 1}: column {error} is missing") from None
        if len(row) > len(values):
            unknown = sorted(set(row) - set(self.columns) - set(self.ids))
            if unknown:
                raise RequestError(
                    f"row {index + 1}: unknown column {unknown[0]!r}; columns are {', '.join(self.columns)}"
                )
        return values

    def save(self, folder: Path) -> None:
        """Write encoder.json."""
        document = asdict(self) | {"missing_values": sorted(self.missing_values)}
        (folder / FILE).write_text(json.dumps(document, indent=1), encoding="utf-8")

    def _encode_row(self, row: Sequence[Any], out: Matrix, index: int) -> None:
        for feature, offset, value in zip(self.features, self.offsets, row, strict=False):
            try:
                cleaned = clean(value, self.missing_values)
                if feature.type == "category":
                    self._set_category(feature, offset, cleaned, out)
                else:
                    out[offset] = self._decimal(feature, cleaned)
            except ValueError as error:
                raise RequestError(f"row {index + 1}, column {feature.column!r}: {error}") from None

    @staticmethod
    def _set_category(feature: Feature, offset: int, value: Any, out: Matrix) -> None:
        """Set the category's column; one that training never saw, or none, leaves them all 0."""
        if value is None:
            return
        position = feature.positions.get(category(value))
        if position is not None:
            out[offset + position] = 1

    @staticmethod
    def _decimal(feature: Feature, value: Any) -> float:
        if value is None:
            return math.nan if feature.fill is None else feature.fill
        return number(value) if feature.type == "number" else boolean(value)


def load(folder: Path) -> Encoder:
    """Read encoder.json of that folder."""
    file = folder / FILE
    if not file.is_file():
        raise ModelError(f"expected the model's encoder at {file}, found nothing")
    document = json.loads(file.read_text(encoding="utf-8"))
    try:
        return _encoder(document)
    except (KeyError, TypeError) as error:
        raise ModelError(f"{FILE} is not as this version of the jobs writes it: {error}") from None


def _encoder(document: dict[str, Any]) -> Encoder:
    features = tuple(
        Feature(**feature | {"categories": tuple(feature["categories"])}) for feature in document["features"]
    )
    return Encoder(
        target=document["target"],
        task=document["task"],
        classes=tuple(document["classes"]),
        missing_values=frozenset(document["missing_values"]),
        features=features,
        ids=tuple(document["ids"]),
    )


def clean(value: Any, missing_values: frozenset[str]) -> Any:
    """Text without the blanks around it; None for what counts as missing."""
    if not isinstance(value, str):
        return value
    text = value.strip(BLANKS)
    return None if not text or text in missing_values else text


def number(value: Any) -> float:
    """A decimal number, or ValueError with a sentence. NaN and infinity are none, true and false are none either."""
    if isinstance(value, str):
        if not _number.match(value):
            raise ValueError(f"expected a number, found {shorten(value)}")
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise ValueError(f"expected a number, found {shorten(value)}")
    if abs(value) > LARGEST:
        raise ValueError(f"expected a number up to {LARGEST:.1e}, found {shorten(value)}")
    return float(value)


def boolean(value: Any) -> float:
    """1.0 or 0.0, or ValueError with a sentence."""
    if isinstance(value, bool):
        return float(value)
    found = _booleans.get(str(value).lower()) if isinstance(value, str | int) else None
    if found is None:
        raise ValueError(f"expected yes or no (true or false, 1 or 0), found {shorten(value)}")
    return found


def category(value: Any) -> str:
    """A category's text; whole numbers are taken as their digits, which is how a CSV writes codes."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"expected text, found {shorten(value)}")


def shorten(value: Any) -> str:
    """A value as it is quoted in a message."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
