"""Whether a drop is as the configuration declares: header, types, row count, target. It reads, and changes nothing."""

from __future__ import annotations

import csv
import difflib
import io
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from inbox import Drop

FEWEST_ROWS: Final = 50
MOST_FAULTS: Final = 20
BOOLEANS: Final = ("true", "false", "yes", "no", "y", "n", "t", "f", "1", "0")


def check(drop: Drop, config: dict[str, Any]) -> list[str]:
    """What is wrong with a drop, in sentences; nothing, if it is as the configuration declares."""
    others = [key for key in drop.keys if not key.endswith(".csv")]
    if others:
        return [f"expected only .csv files, found {', '.join(others)}"]
    try:
        text = decode(drop)
    except UnicodeDecodeError as error:
        return [f"expected UTF-8, found byte {error.object[error.start]:#04x} at position {error.start}"]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header, *rows = list(reader) or [[]]
    except csv.Error as error:
        return [f"row {reader.line_num}: expected CSV: {error}"]
    return check_header(header, config["dataset"]) or check_rows(rows, header, config, drop.is_whole)


def decode(drop: Drop) -> str:
    """The sample as text; one that was cut ends with its last whole line."""
    return (drop.sample if drop.is_whole else drop.sample.rpartition(b"\n")[0]).decode("utf-8-sig")


def check_header(header: list[str], dataset: dict[str, Any]) -> list[str]:
    """Every declared column once, and no other."""
    if not header:
        return ["expected a header and rows, found an empty file"]
    declared = [column["name"] for column in dataset["columns"]]
    missing = [name for name in [*declared, dataset["target"]] if name not in header]
    unknown = [name for name in header if name not in declared and name != dataset["target"]]
    twice = sorted({name for name in header if header.count(name) > 1})
    return [
        *(f"column {name!r} is missing{' and is the target' * (name == dataset['target'])}" for name in missing),
        *(f"column {name!r} is not in dataset.columns{_closest(name, missing)}" for name in unknown),
        *(f"column {name!r} stands twice in the header" for name in twice),
    ]


def _closest(name: str, names: list[str]) -> str:
    matches = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {matches[0]!r}?" if matches else ""


def check_rows(rows: list[list[str]], header: list[str], config: dict[str, Any], is_whole: bool) -> list[str]:
    """Types, row count and target; classes and count only if no row is left out."""
    faults = []
    for fault in row_faults(rows, header, config):
        faults.append(fault)
        if len(faults) == MOST_FAULTS:
            return [*faults, "and perhaps more"]
    if is_whole and len(rows) < FEWEST_ROWS:
        faults.append(f"expected at least {FEWEST_ROWS} rows, found {len(rows)}")
    return faults or (check_target(rows, header, config) if is_whole else [])


def row_faults(rows: list[list[str]], header: list[str], config: dict[str, Any]) -> Iterator[str]:
    """Rows with too many or too few fields, and values that are not of their column's type."""
    types = {column["name"]: column["type"] for column in config["dataset"]["columns"]}
    missing = {"", *config["prepare"]["missingValues"]}
    for line, row in enumerate(rows, start=2):
        if len(row) != len(header):
            yield f"row {line}: expected {len(header)} fields, found {len(row)}"
            continue
        for name, value in zip(header, row, strict=True):
            if name == config["dataset"]["target"]:
                if value.strip() in missing:
                    yield f"row {line}: column {name!r}, the target, is empty"
            elif value.strip() not in missing and not fits(value.strip(), types[name]):
                yield f"row {line}: column {name!r}: expected a {types[name]}, found {value[:40]!r}"


def fits(value: str, kind: str) -> bool:
    """Whether a value is of a column's type."""
    if kind == "boolean":
        return value.lower() in BOOLEANS
    if kind != "number":
        return True
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def check_target(rows: list[list[str]], header: list[str], config: dict[str, Any]) -> list[str]:
    """Two classes to tell apart, and the positive one among them."""
    target = config["dataset"]["target"]
    classes = sorted({row[header.index(target)].strip() for row in rows})
    positive = config["evaluate"].get("positiveClass")
    if len(classes) < 2:
        return [f"column {target!r}, the target, holds one class only, {classes[0]!r}; a model needs two"]
    if positive is not None and positive not in classes:
        return [f"column {target!r}, the target: expected the positive class {positive!r}, found {', '.join(classes)}"]
    return []
