"""What one pass over a file's rows tells: how they were dealt, which values are wrong, which categories there are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jobs import rows
from jobs.encoder import clean
from jobs.errors import TableError
from jobs.rows import Deal, Row
from jobs.settings import Column, Settings


@dataclass
class Survey:
    """Of one file; `categories`, and how many `values`, of the training rows; `wrong` is each column's first fault."""

    deal: Deal = field(default_factory=Deal)
    fault: TableError | None = None
    wrong: dict[str, TableError] = field(default_factory=dict)
    wrong_in: dict[str, set[str]] = field(default_factory=lambda: {part: set() for part in rows.PARTS})
    categories: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    values: Counter[str] = field(default_factory=Counter)


def survey(settings: Settings, names: Sequence[str], index: int, found: Iterable[Row | TableError]) -> Survey:
    """Go through a file's rows."""
    result, file = Survey(), Path(names[index])
    features = [(settings.header.index(column.name), column) for column in settings.features]
    for row in found:
        if isinstance(row, TableError):
            result.fault = row
            break
        result.deal.classes[row.part][row.label] += 1
        for position, column in features:
            if column.type == "category":
                _note_category(result, row, column, row.values[position], settings)
            else:
                _note_value(result, row, column, file, row.values[position], settings)
    return result


def refuse_values(surveys: list[Survey], settings: Settings) -> None:
    """Refuse a table with text in a number or boolean column, as `frames.check_values` does and in its order."""
    for part in rows.PARTS:
        wrong = set().union(*(found.wrong_in[part] for found in surveys))
        for column in settings.features:
            if column.name in wrong:
                raise next(found.wrong[column.name] for found in surveys if column.name in found.wrong)


def categories(surveys: list[Survey], column: str, settings: Settings) -> list[str]:
    """The categories of a column in order, one more than allowed if there are too many."""
    return sorted(set().union(*(found.categories[column] for found in surveys)))[: settings.max_categories + 1]


def value_counts(surveys: list[Survey]) -> Counter[str]:
    """How many values each number or boolean column has in the training rows."""
    return sum((found.values for found in surveys), Counter())


def _note_category(result: Survey, row: Row, column: Column, value: str, settings: Settings) -> None:
    seen = result.categories[column.name]
    # One more than allowed is enough to know that there are too many.
    if row.part == "train" and len(seen) <= settings.max_categories:
        category = clean(value, settings.missing_values)
        if category is not None:
            seen.add(category)


def _note_value(result: Survey, row: Row, column: Column, file: Path, value: str, settings: Settings) -> None:
    fault = rows.value_fault(file, row.line, value, column, settings)
    if fault is not None:
        result.wrong.setdefault(column.name, fault)
        result.wrong_in[row.part].add(column.name)
    elif row.part == "train" and clean(value, settings.missing_values) is not None:
        result.values[column.name] += 1
