"""A DataFrame of pandas or polars as a CSV, by its own method: neither library is imported, nor needed, here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from slipway.errors import BadInput

# Polars' names of types that it writes in no CSV.
_NO_TEXT = ("Binary", "Duration", "Object")
_SCALARS = "numbers, texts, booleans or dates"


def write(frame: Any, target: Path) -> None:
    """Write the rows of `frame` as a CSV, without pandas' index; BadInput for what is no DataFrame."""
    if callable(getattr(frame, "write_csv", None)):
        _refuse_nested_types(frame)
        frame.write_csv(str(target))
    elif callable(getattr(frame, "to_csv", None)) and hasattr(frame, "columns"):
        _refuse_nested_values(frame)
        frame.to_csv(target, index=False)
    else:
        found = type(frame).__name__
        next_step = "; collect() it first" if found == "LazyFrame" else ""
        raise BadInput(f"expected a DataFrame of pandas or polars, or a file's path, found {found}{next_step}")


def _refuse_nested_types(frame: Any) -> None:
    for name, kind in frame.schema.items():
        if kind.is_nested() or str(kind).startswith(_NO_TEXT):
            raise BadInput(f"column {name!r} holds {kind}; expected {_SCALARS}")


def _refuse_nested_values(frame: Any) -> None:
    for name in frame.columns:
        nested = next((value for value in frame[name] if isinstance(value, dict | list | set | tuple)), None)
        if nested is not None:
            raise BadInput(f"column {name!r} holds {str(nested)[:40]}; expected {_SCALARS}")
