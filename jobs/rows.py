"""One pass over the CSV files: every row is checked for its shape and dealt to train, validation or test.

Done in plain Python, row by row, so that memory stays flat whatever the table's size, that a message can name the line,
and that a row's place is a documented hash, which no library's next version changes.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from jobs.encoder import boolean, clean, number, shorten
from jobs.errors import TableError
from jobs.settings import Column, Settings

PARTS = ("train", "validation", "test")
# Fewer rows than this cannot be split three ways and still say anything.
FEWEST_ROWS = 50
_SEPARATOR = "\x1f"
_SPAN = float(2**64)


class Row(NamedTuple):
    """A row as it was dealt: the line that it ends on, its values in the order of `settings.header`, and its class."""

    line: int
    values: list[str]
    part: str
    label: str


@dataclass
class Deal:
    """What was dealt: rows of each class, by part."""

    classes: dict[str, Counter[str]] = field(default_factory=lambda: {part: Counter() for part in PARTS})

    def rows(self, part: str) -> int:
        """How many rows a part got."""
        return self.classes[part].total()


def tables(folder: Path) -> list[Path]:
    """The CSV files of a data set, in a fixed order."""
    files = sorted(file for file in folder.rglob("*.csv") if file.is_file())
    if not files:
        raise TableError("the data set holds no .csv file")
    return files


def read(file: Path, settings: Settings) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and fields of each row, in the order of `settings.header`; blank lines are no rows."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines, strict=True)
        try:
            order = _order(next(reader, []), settings, file)
            for row in reader:
                if row:
                    yield reader.line_num, _arranged(row, order, reader.line_num, file)
        except UnicodeDecodeError:
            raise _not_utf8(file) from None
        except csv.Error as error:
            raise TableError(f"{_place(file, reader.line_num)}: not CSV: {error}") from None


def deal(files: list[Path], settings: Settings, folder: Path) -> Deal:
    """Write `train.csv`, `validation.csv` and `test.csv` with the raw rows of each part, and count their classes."""
    result = Deal()
    with ExitStack() as stack:
        writers = {part: writer(stack, folder / f"{part}.csv", settings) for part in PARTS}
        for file in files:
            for row in dealt(file, settings):
                result.classes[row.part][row.label] += 1
                writers[row.part].writerow(row.values)
    return result


def dealt(file: Path, settings: Settings) -> Iterator[Row]:
    """Yield the rows of a file, each with its place."""
    target = len(settings.header) - 1
    for line, values in read(file, settings):
        label = clean(values[target], settings.missing_values)
        if label is None:
            raise TableError(f"{_place(file, line)}: column {settings.target!r}, the target, is empty")
        yield Row(line, values, place(values, settings), label)


def value_fault(file: Path, line: int, value: str, column: Column, settings: Settings) -> TableError | None:
    """What is wrong with a value of a number or boolean column; None when nothing is."""
    cleaned = clean(value, settings.missing_values)
    try:
        if cleaned is not None:
            number(cleaned) if column.type == "number" else boolean(cleaned)
    except ValueError as error:
        return TableError(f"{_place(file, line)}, column {column.name!r}: {error}")
    return None


def place(row: list[str], settings: Settings) -> str:
    """The part a row belongs to: a hash of its content and the seed, so equal rows are never on both sides.

    Rows are not stratified by class: a class's share in each part is right in the long run only.
    """
    seed = settings.seed.to_bytes(8, "big")
    digest = blake2b(_SEPARATOR.join(row).encode(), digest_size=8, key=seed).digest()
    share = int.from_bytes(digest, "big") / _SPAN
    if share < settings.test_share:
        return "test"
    return "validation" if share < settings.test_share + settings.validation_share else "train"


def check(result: Deal, settings: Settings) -> tuple[str, ...]:
    """Refuse a table that no model can be made of; return the classes, for binary the positive one last."""
    total = sum(result.rows(part) for part in PARTS)
    if total == 0:
        raise TableError("the data set has a header and no rows")
    if total < FEWEST_ROWS:
        raise TableError(f"expected at least {FEWEST_ROWS} rows, found {total}")
    classes = tuple(sorted(set().union(*result.classes.values())))
    _check_classes(classes, settings)
    for part in PARTS:
        for label in classes:
            if not result.classes[part][label]:
                raise TableError(
                    f"no row of class {label!r} of column {settings.target!r} fell into the {part} part"
                    f" ({result.rows(part)} of {total} rows); add rows of that class, or change dataset.split"
                )
    if settings.positive_class is None:
        return classes
    return (*(label for label in classes if label != settings.positive_class), settings.positive_class)


def _check_classes(classes: tuple[str, ...], settings: Settings) -> None:
    found = ", ".join(map(shorten, classes[:10])) + (f" and {len(classes) - 10} more" if len(classes) > 10 else "")
    if len(classes) == 1:
        raise TableError(f"column {settings.target!r} holds one class only, {found}; a model needs two to tell apart")
    if settings.task == "binary" and len(classes) != 2:
        raise TableError(f"column {settings.target!r}: expected two classes for dataset.task binary, found {found}")
    if settings.task == "multiclass" and not 3 <= len(classes) <= 100:
        raise TableError(
            f"column {settings.target!r}: expected 3 to 100 classes for dataset.task multiclass, found {found}"
        )
    if settings.task == "binary" and settings.positive_class not in classes:
        raise TableError(
            f"evaluate.positiveClass is {settings.positive_class!r}, column {settings.target!r} holds {found}"
        )


def _order(header: list[str], settings: Settings, file: Path) -> list[int]:
    """Where each column of `settings.header` stands in the file."""
    if not header:
        raise TableError(f"{file.name} is empty; expected a header and rows")
    if settings.target not in header:
        raise TableError(f"{_place(file, 1)}: the target column {settings.target!r} is missing")
    missing = [name for name in settings.header if name not in header]
    if missing:
        raise TableError(f"{_place(file, 1)}: column {missing[0]!r} of dataset.columns is missing")
    unknown = [name for name in header if name not in settings.header]
    if unknown:
        raise TableError(f"{_place(file, 1)}: column {unknown[0]!r} is not in dataset.columns")
    if len(header) != len(settings.header):
        twice = next(name for name, count in Counter(header).items() if count > 1)
        raise TableError(f"{_place(file, 1)}: column {twice!r} stands twice in the header")
    return [header.index(name) for name in settings.header]


def _arranged(row: list[str], order: list[int], line: int, file: Path) -> list[str]:
    if len(row) != len(order):
        raise TableError(f"{_place(file, line)}: expected {len(order)} fields, found {len(row)}")
    return [row[index] for index in order]


def _not_utf8(file: Path) -> TableError:
    """Find the line; the decoder works on blocks and does not know it."""
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return TableError(f"{_place(file, number)}: not UTF-8 ({error.reason}); save the table as UTF-8")
    raise AssertionError(f"{file.name} is UTF-8 line by line and not as a whole")


def writer(stack: ExitStack, file: Path, settings: Settings) -> Any:
    """A writer of raw rows, as long as the stack is open; the header is written."""
    # Lines end as RFC 4180 has it, since csv quotes a stray carriage return only when it is part of the line's end.
    opened = csv.writer(stack.enter_context(file.open("w", encoding="utf-8", newline="")))
    opened.writerow(settings.header)
    return opened


def _place(file: Path, line: int) -> str:
    return f"{file.name}, line {line}"
