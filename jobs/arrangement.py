"""Raw rows for models that encode by themselves: checked as the encoder checks them, in the order of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jobs.encoder import NO, YES, Encoder, Feature, boolean, category, clean, number
from jobs.errors import RequestError


def arranged(rows: Sequence[Sequence[Any]], encoder: Encoder) -> list[list[str]]:
    """Each row as texts; empty is missing, and there is one text for each of yes and no."""
    return [_row(row, index, encoder) for index, row in enumerate(rows, 1)]


def _row(row: Sequence[Any], place: int, encoder: Encoder) -> list[str]:
    if len(row) != len(encoder.features):
        raise RequestError(f"row {place}: expected {len(encoder.features)} values, found {len(row)}")
    texts = []
    for feature, value in zip(encoder.features, row, strict=True):
        cleaned = clean(value, encoder.missing_values)
        try:
            texts.append("" if cleaned is None else _text(feature, cleaned))
        except ValueError as error:
            raise RequestError(f"row {place}, column {feature.column!r}: {error}") from None
    return texts


def _text(feature: Feature, value: Any) -> str:
    if feature.type == "category":
        return category(value)
    if feature.type == "boolean":
        return YES if boolean(value) else NO
    decimal = number(value)
    return value if isinstance(value, str) else repr(decimal)
