"""Reading a channel's files into numbers.

docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html#InputOutput-XGBoost: CSV has the label first and no header, with
`csv_weights` the weight second; libsvm is `<label>[:<weight>] [qid:<n>] <index>:<value> …`, indices from 0.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from .channels import CSV, LIBSVM
from .errors import UserError

_MOST_FOLDERS = 3
_SNIPPET = 50


@dataclass
class Table:
    """Rows of a channel: `features` is a dense array or a sparse matrix."""

    features: Any
    label: Any
    weight: Any = None
    groups: Any = None

    @property
    def rows(self) -> int:
        """How many."""
        return int(self.features.shape[0])


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
            f"First line '{first[:_SNIPPET]}...' of file '{file.name}' is not 'CSV' format, or has a value that is no "
            f"number. Please ensure the file is in 'CSV' format, without a header. ({error})"
        ) from error


def delimiter_of(line: str) -> str:
    """The separator of a line of CSV; one column needs none."""
    try:
        float(line)
    except ValueError:
        pass
    else:
        return ","
    try:
        return csv.Sniffer().sniff(line, delimiters=",;\t| ").delimiter
    except csv.Error as error:
        raise UserError(f"Could not determine delimiter on line {line[:_SNIPPET]}:\n{error}") from error


def _read_parquet(file: Path) -> Any:
    return pl.read_parquet(file).select(pl.all().cast(pl.Float32)).to_numpy()


@dataclass
class _Sparse:
    """Rows of libsvm while they are read."""

    labels: list[float] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=lambda: [0])
    columns: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, line: str) -> None:
        """One row; ValueError when it is none."""
        label, *features = line.split()
        number, colon, weight = label.partition(":")
        self.labels.append(float(number))
        if colon:
            self.weights.append(float(weight))
        for index, value in (feature.split(":") for feature in features):
            if index == "qid":
                self.groups.append(int(value))
            else:
                self.columns.append(int(index))
                self.values.append(float(value))
        self.ends.append(len(self.values))

    def table(self) -> Table:
        """What was read."""
        width = max(self.columns, default=-1) + 1
        data = np.array(self.values, np.float32)
        features = csr_matrix((data, self.columns, self.ends), (len(self.labels), width))
        rows = len(self.labels)
        weight = np.array(self.weights, np.float32) if len(self.weights) == rows else None
        groups = np.array(self.groups) if len(self.groups) == rows else None
        return Table(features, np.array(self.labels, np.float32), weight, groups)


def _libsvm(files: Iterable[Path]) -> Table:
    rows = _Sparse()
    for file in files:
        for line in file.read_text(errors="ignore").splitlines():
            if line.strip():
                _add(rows, line, file.name)
    return rows.table()


def _add(rows: _Sparse, line: str, name: str) -> None:
    try:
        rows.add(line)
    except ValueError as error:
        raise UserError(
            f"First line '{line[:_SNIPPET]}...' of file '{name}' is not 'LIBSVM' format. Please ensure the file is in "
            "'LIBSVM' format."
        ) from error


def features_of_libsvm(text: str) -> Any:
    """The rows of a request, whose labels may be left out."""
    rows = _Sparse()
    for line in text.splitlines():
        rows.add(line if ":" not in line.split()[0] else f"0 {line}")
    return rows.table().features


def features_of_csv(text: str) -> Any:
    """The rows of a request: features only; an empty field is missing."""
    lines = text.splitlines()
    separator = delimiter_of(lines[0])
    return np.array([[field or "nan" for field in line.split(separator)] for line in lines], np.float32)


def widened(features: Any, width: int) -> Any:
    """Sparse features with as many columns as the model has."""
    missing = width - features.shape[1]
    if missing <= 0:
        return features
    return csr_matrix((features.data, features.indices, features.indptr), (features.shape[0], width))
