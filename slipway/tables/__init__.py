"""A person's table as a CSV with a header, which is what the bundle learns from.

| module | what it reads |
| --- | --- |
| `json_lines.py` | JSON lines, or a JSON list of objects |
| `parquet.py` | Parquet, by the polars of an environment that has it |
| `frames.py` | a DataFrame of pandas or polars |
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from slipway.errors import BadInput
from slipway.tables import frames, json_lines, parquet

_FRAME = "table"
_READERS: dict[str, Callable[[Path, Path], None]] = {
    ".jsonl": json_lines.convert,
    ".ndjson": json_lines.convert,
    ".json": json_lines.convert,
    ".parquet": parquet.convert,
}


def as_csv(source: Any, folder: Path) -> Path:
    """The CSV file of a path or a DataFrame: the file itself, or one written in `folder`; BadInput for others."""
    if not isinstance(source, str | os.PathLike):
        return _written(_FRAME, folder, lambda csv: frames.write(source, csv))
    path = Path(source)
    if path.suffix.lower() == ".csv":
        return path
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise BadInput(f"{path}: expected a file that ends in .csv, {', '.join(_READERS)}")
    if not path.is_file():
        raise BadInput(f"{path}: there is no such file; expected a table")
    return _written(path.stem, folder, lambda csv: read(path, csv))


def name_of(path: Path) -> str:
    """The file's name as it can stand in a repository and in the configuration's dataset.uri."""
    return (re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-.") or _FRAME) + ".csv"


def _written(name: str, folder: Path, write: Callable[[Path], None]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    csv = folder / f"{name}.csv"
    write(csv)
    return csv
