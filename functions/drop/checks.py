"""Whether a drop is as the configuration declares: header, types, row count, target. It reads, and changes nothing."""

from __future__ import annotations

import csv
import difflib
import io
import math
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from inbox import Drop

FEWEST_ROWS: Final = 50
MOST_FAULTS: Final = 20
# What the csv module says of a text that ends within quotes, as a sample may that was cut.
CUT: Final = "unexpected end of data"
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
    twice = sorted(name for name, number in Counter(key.rpartition("/")[2] for key in drop.keys).items() if number > 1)
    if twice:
        return [f"expected a name of its own for each file of the folder, found {twice[0]!r} twice"]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error as error:
        if drop.is_whole or str(error) != CUT:
            return [f"row {reader.line_num}: expected CSV: {error}"]
    header, *rows = rows or [[]]
    return check_header(header, config["dataset"]) or check_rows(rows, header, config, drop.is_whole)


def decode(drop: Drop) -> str:
    """The sample as text; one that was cut ends with its last whole line."""
    return (drop.sample if drop.is_whole else drop.sample.rpartition(b"\n")[0]).decode("utf-8-sig")


def check_header(header: list[str], dataset: dict[str, Any]) -> list[str]:
    """Every declared column once, and no other."""
    if not header:
        return ["expected a header and rows, found an empty file"]
    found, target = Counter(header), dataset["target"]
    declared = dict.fromkeys([*(column["name"] for column in dataset["columns"]), target])
    missing = [name for name in declared if name not in found]
    unknown = (name for name in found if name not in declared)
    faults = chain(
        (f"column {name!r} is missing{' and is the target' * (name == target)}" for name in missing),
        (f"column {name!r} is not in dataset.columns{_closest(name, missing)}" for name in unknown),
        (f"column {name!r} stands twice in the header" for name in sorted(found) if found[name] > 1),
    )
    return _cut(faults)


def _cut(faults: Iterator[str]) -> list[str]:
    """The first faults; what is dropped may have any number of them."""
    found = list(islice(faults, MOST_FAULTS))
    return [*found, "and perhaps more"] if len(found) == MOST_FAULTS else found


def _closest(name: str, names: list[str]) -> str:
    matches = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {matches[0]!r}?" if matches else ""


def check_rows(rows: list[list[str]], header: list[str], config: dict[str, Any], is_whole: bool) -> list[str]:
    """Types, row count and target; classes and count only if no row is left out."""
    faults = _cut(row_faults(rows, header, config))
    if is_whole and len(faults) <= MOST_FAULTS and len(rows) < FEWEST_ROWS:
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
