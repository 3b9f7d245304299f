"""A job's tables: brought from S3, and looked at before an hour is spent on them.

docs.aws.amazon.com/sagemaker/latest/dg/autopilot-datasets-problem-types.html
docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateAutoMLJob.html (InputDataConfig: the least number of rows)
"""

from __future__ import annotations

import csv
import gzip
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.channels import fetch
from slipway.engine.services.sagemaker.failures import ClientFailure

if TYPE_CHECKING:
    from slipway.engine.caller import Caller

LEAST_ROWS = 500
_FEW = 3


@dataclass(frozen=True)
class Table:
    """What a channel's files hold. `values` are the first few of the target's that differ."""

    columns: list[str]
    rows: int
    bytes: int
    values: list[str]
    is_numeric: bool


def bring(caller: Caller, channel: dict[str, Any], folder: Path) -> None:
    """The channel's objects as plain CSV files in `folder`."""
    source = channel["DataSource"]["S3DataSource"]
    fetch(caller, source["S3Uri"], source["S3DataType"], "FullyReplicated", [folder])
    if channel.get("CompressionType", "None") == "Gzip":
        for packed in _files(folder):
            _expand(packed)


def _expand(packed: Path) -> None:
    plain = packed.with_name(f"{packed.name}.plain")
    try:
        with gzip.open(packed) as source, plain.open("wb") as target:
            shutil.copyfileobj(source, target)
    except (gzip.BadGzipFile, EOFError) as error:
        raise ClientFailure(f"{packed.name} is not compressed with gzip: {error}") from error
    packed.unlink()


def look(folder: Path, target: str) -> Table:
    """Read every row once: the header, the same in all files, and what the target holds."""
    columns: list[str] = []
    values: dict[str, None] = {}
    rows, is_numeric = 0, True
    for file in _files(folder):
        lines = _lines(file)
        header = next(lines, [])
        columns = columns or header
        _check_header(file, header, columns, target)
        place = header.index(target)
        for row in lines:
            value = _value(file, row, header, place)
            rows += 1
            is_numeric = is_numeric and _is_number(value)
            if value and len(values) < _FEW:
                values[value] = None
    return Table(columns, rows, sum(file.stat().st_size for file in _files(folder)), list(values), is_numeric)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _lines(file: Path) -> Iterator[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        try:
            yield from (row for row in csv.reader(opened) if row)
        except (csv.Error, UnicodeDecodeError) as error:
            raise ClientFailure(f"{file.name} is not CSV in UTF-8: {error}") from error


def _check_header(file: Path, header: list[str], columns: list[str], target: str) -> None:
    if target not in header:
        raise ClientFailure(
            f"The target attribute {target} is not a column of {file.name}; its header has: {', '.join(header)}"
        )
    if header != columns:
        raise ClientFailure(f"{file.name} has another header than the files before it: {', '.join(header)}")
    if len(set(header)) != len(header):
        raise ClientFailure(f"{file.name} names a column twice: {', '.join(header)}")


def _value(file: Path, row: list[str], header: list[str], place: int) -> str:
    if len(row) != len(header):
        raise ClientFailure(f"{file.name} has a row of {len(row)} values below a header of {len(header)} columns")
    return row[place]


def _is_number(value: str) -> bool:
    try:
        float(value or "0")
    except ValueError:
        return False
    return True


def check(training: Table, validation: Table | None, problem_type: str | None) -> None:
    """ClientFailure when there is too little, or when it does not fit what was asked for."""
    if training.rows < LEAST_ROWS:
        raise ClientFailure(
            f"The training dataset has {training.rows} rows; a minimum of {LEAST_ROWS} rows is required"
        )
    if validation is not None and validation.columns != training.columns:
        raise ClientFailure("The validation and training datasets must contain the same headers")
    if validation is not None and not validation.rows:
        raise ClientFailure("The validation dataset has no rows")
    if len(training.values) < 2:
        raise ClientFailure("The target attribute has fewer than two values; there is nothing to learn")
    if problem_type == "BinaryClassification" and len(training.values) != 2:
        raise ClientFailure("The target attribute has more than two values, and BinaryClassification was asked for")
    if problem_type == "Regression" and not training.is_numeric:
        raise ClientFailure("The target attribute has values that are no numbers, and Regression was asked for")
