"""The encoded rows of a file as polars writes them, and the raw rows of the test part, as kept and as asked.

A table of one file becomes the files that `prepare.py` leaves. Of several files each becomes a piece of every part,
numbered, so that whoever reads the pieces in their order reads the same rows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from jobs import rows
from jobs.encoder import NO, YES, Encoder, boolean, clean
from jobs.errors import TableError
from jobs.rows import Row
from jobs.settings import Column, Settings

if TYPE_CHECKING:
    from jobs.spark.preparation import Outputs

BATCH = 1000
# Engines that train on encoded rows; the others encode by themselves.
ENCODED = ("container", "xgboost")
# Numbers from one to the other are written without an exponent. In single precision, as the numbers are: NumPy 1, which
# Glue has, and NumPy 2 compare with a number of Python's in different ones.
_SMALLEST, _LARGEST = np.float32(1e-6), np.float32(1e13)
_SPECIAL = frozenset(',"\r\n')


@dataclass(frozen=True)
class Plan:
    """How rows are written; `sizes` are the rows of each file in each part."""

    settings: Settings
    encoder: Encoder
    sizes: dict[str, list[int]]

    @cached_property
    def whole(self) -> bool:
        """Whether the table is one file."""
        return len(self.sizes["train"]) == 1

    @cached_property
    def positions(self) -> list[int]:
        """Where each feature stands in a row."""
        return [self.settings.header.index(column) for column in self.encoder.columns]

    @cached_property
    def indicators(self) -> list[bool]:
        """Of each encoded column, whether it says 1 or 0 of a category."""
        return [feature.type == "category" for feature in self.encoder.features for _ in feature.names]

    @cached_property
    def indices(self) -> dict[str, int]:
        """The index of each class."""
        return {label: index for index, label in enumerate(self.encoder.classes)}


def write(plan: Plan, outputs: Outputs, index: int, found: Iterable[Row | TableError]) -> None:
    """Put a file's rows where they belong."""
    with tempfile.TemporaryDirectory() as folder:
        with ExitStack() as stack:
            kind = _Encoded if plan.settings.engine in ENCODED else _Arranged
            writers = {part: kind(plan, part, index, Path(folder), stack) for part in rows.PARTS}
            holdout = rows.writer(stack, Path(folder) / "holdout.csv", plan.settings)
            features = stack.enter_context((Path(folder) / "features.csv").open("w", encoding="utf-8", newline=""))
            for batch in _batches(found):
                for part, writer in writers.items():
                    writer.add([row for row in batch if row.part == part])
                held_out = [row.values for row in batch if row.part == "test"]
                holdout.writerows(held_out)
                features.writelines(_features(plan, values) for values in held_out)
        for part, writer in writers.items():
            if plan.whole or plan.sizes[part][index]:
                for file, name in writer.files:
                    outputs.put(file, name)
        if plan.whole or plan.sizes["test"][index]:
            for name in ("holdout", "features"):
                outputs.put(Path(folder) / f"{name}.csv", f"{name}/{name}{_suffix(plan, index)}.csv")


def decimal(value: np.float32) -> str:
    """A number as polars writes it: the fewest digits that mean it, an exponent only where it would be long."""
    if np.isnan(value):
        return ""
    if value == 0 or _SMALLEST <= abs(value) < _LARGEST:
        return np.format_float_positional(value, unique=True, trim="0")
    return np.format_float_scientific(value, unique=True, trim="-", exp_digits=1)


class _Encoded:
    """The files of one part: one, or, for SageMaker's own algorithms, one an instance."""

    def __init__(self, plan: Plan, part: str, index: int, folder: Path, stack: ExitStack) -> None:
        self._plan = plan
        self._built_in = plan.settings.engine != "container"
        self._position = sum(plan.sizes[part][:index])
        suffix = _suffix(plan, index)
        names = [f"{part}-{number + 1}" for number in range(plan.settings.instances)] if self._built_in else [part]
        self.files = [(folder / name, f"{part}/{name}{suffix}.csv") for name in names]
        self._opened: list[IO[Any]] = [
            stack.enter_context(file.open("w", encoding="utf-8", newline="")) for file, _ in self.files
        ]
        if not self._built_in:
            self._opened[0].write(",".join(map(_quoted, (*plan.encoder.names, plan.encoder.target))) + "\n")

    def add(self, batch: list[Row]) -> None:
        """Encode rows and write each to its file."""
        plan = self._plan
        matrix = plan.encoder.encode([[row.values[position] for position in plan.positions] for row in batch])
        for row, encoded in zip(batch, matrix, strict=True):
            values = [
                ("1" if value else "0") if indicator else decimal(value)
                for value, indicator in zip(encoded, plan.indicators, strict=True)
            ]
            target = str(plan.indices[row.label])
            line = [target, *values] if self._built_in else [*values, target]
            self._opened[self._position % len(self._opened)].write(",".join(line) + "\n")
            self._position += 1


class _Arranged:
    """The file of one part, with raw rows for those who encode by themselves, and hold out rows for validation."""

    def __init__(self, plan: Plan, part: str, index: int, folder: Path, stack: ExitStack) -> None:
        self._settings = plan.settings
        self._columns = list(zip(plan.positions, plan.settings.features, strict=True))
        where = part if part != "validation" else "train"
        self.files = [(folder / part, f"{where}/{part}{_suffix(plan, index)}.csv")]
        self._opened = stack.enter_context((folder / part).open("w", encoding="utf-8", newline=""))
        names = (*(column.name for column in plan.settings.features), plan.settings.target)
        self._opened.write(",".join(map(_quoted, names)) + "\n")

    def add(self, batch: list[Row]) -> None:
        """Write rows."""
        for row in batch:
            values = [self._text(row.values[position], column) for position, column in self._columns]
            self._opened.write(",".join([*values, _quoted(row.label)]) + "\n")

    def _text(self, value: str, column: Column) -> str:
        cleaned = clean(value, self._settings.missing_values)
        if cleaned is None:
            return ""
        if column.type == "boolean":
            return YES if boolean(cleaned) else NO
        return _quoted(cleaned)


def _batches(found: Iterable[Row | TableError]) -> Iterator[list[Row]]:
    known = (row for row in found if isinstance(row, Row))
    while batch := list(islice(known, BATCH)):
        yield batch


def _features(plan: Plan, values: list[str]) -> str:
    """A row as an endpoint takes CSV."""
    cleaned = (clean(values[position], plan.settings.missing_values) for position in plan.positions)
    return ",".join("" if value is None else _quoted(value) for value in cleaned) + "\n"


def _suffix(plan: Plan, index: int) -> str:
    return "" if plan.whole else f"-{index + 1:06d}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if _SPECIAL & set(name) else name
