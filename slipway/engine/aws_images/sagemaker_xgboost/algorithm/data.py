"""Reading a channel's files into numbers.

docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html#InputOutput-XGBoost: CSV has the label first and no header, with
`csv_weights` the weight second; libsvm is `<label>[:<weight>] [qid:<n>] <index>:<value> …`, indices from 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from .channels import CSV, LIBSVM
from .errors import UserError
from .rows import SNIPPET, Sparse, Table, delimiter_of

_MOST_FOLDERS = 3


def read(folder: Path, content_type: str, *, weights: bool) -> Table | None:
    """All files below `folder`; None when there is not one row."""
    files = list(_files(folder))
    if not any(file.stat().st_size for file in files):
        return None
    try:
        return _libsvm(files) if content_type == LIBSVM else _columns(files, content_type, weights=weights)
    except UserError:
        raise
    except (pl.exceptions.PolarsError, ValueError, OSError) as error:
        raise UserError(f"Failed to load {content_type} data with exception:\n{error}") from error


def _files(folder: Path) -> Iterable[Path]:
    """Data files: none that are hidden, none too deep."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if len(path.relative_to(folder).parts) > _MOST_FOLDERS + 1:
            raise UserError(f"Folder depth exceed the limit: {_MOST_FOLDERS}")
        if path.is_file() and not path.name.startswith((".", "_")):
            yield path


def _columns(files: Iterable[Path], content_type: str, *, weights: bool) -> Table:
    read_one = read_csv if content_type == CSV else _read_parquet
    parts = [read_one(file) for file in files if file.stat().st_size]
    widths = {part.shape[1] for part in parts}
    if len(widths) > 1:
        raise UserError(f"Failed to load {content_type} data: files have {sorted(widths)} columns")
    rows = np.vstack(parts)
    first = 2 if weights else 1
    if rows.shape[1] <= first:
        raise UserError(f"Failed to load {content_type} data: {rows.shape[1]} column(s) leave none for features")
    return Table(rows[:, first:], rows[:, 0], rows[:, 1] if weights else None)


def read_csv(file: Path) -> Any:
    """Numbers of a file without header; an empty field is a missing value."""
    with file.open(errors="ignore") as lines:
        first = lines.readline().rstrip("\r\n")
    options: dict[str, Any] = {"separator": delimiter_of(first), "has_header": False, "infer_schema_length": 0}
    frame = pl.read_csv(file, **options)
    try:
        return frame.select(pl.all().str.strip_chars().replace("", None).cast(pl.Float32)).to_numpy()
    except pl.exceptions.InvalidOperationError as error:
        raise UserError(
            f"First line '{first[:SNIPPET]}...' of file '{file.name}' is not 'CSV' format, or has a value that is no "
            f"number. Please ensure the file is in 'CSV' format, without a header. ({error})"
        ) from error


def _read_parquet(file: Path) -> Any:
    return pl.read_parquet(file).select(pl.all().cast(pl.Float32)).to_numpy()


def _libsvm(files: Iterable[Path]) -> Table:
    rows = Sparse()
    for file in files:
        for line in file.read_text(errors="ignore").splitlines():
            if line.strip():
                _add(rows, line, file.name)
    return rows.table()


def _add(rows: Sparse, line: str, name: str) -> None:
    try:
        rows.add(line)
    except ValueError as error:
        raise UserError(
            f"First line '{line[:SNIPPET]}...' of file '{name}' is not 'LIBSVM' format. Please ensure the file is in "
            "'LIBSVM' format."
        ) from error
