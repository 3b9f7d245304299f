"""What Prepare does, on a table whose files are gone through apart from each other, wherever that is."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from jobs import fitting, rows
from jobs.errors import TableError
from jobs.rows import Deal, Row
from jobs.settings import Settings
from jobs.spark import layout, survey
from jobs.spark.layout import Plan
from jobs.spark.medians import medians
from jobs.spark.survey import Survey

# A row; or, after the last row that could be read, why the next one could not.
Found = Row | TableError
Result = TypeVar("Result")


class Table(Protocol):
    """The rows of a table, file by file."""

    def each(self, function: Callable[[int, Iterable[Found]], Result]) -> list[Result]:
        """What the function makes of each file's rows, in the order of the files; it is given the file's number."""


class Outputs(Protocol):
    """Where files are put."""

    def put(self, file: Path, name: str) -> None:
        """Put a file there under a name."""


def prepare(table: Table, names: list[str], settings: Settings, outputs: Outputs) -> None:
    """Check the table, learn the encoder from its training rows, and put what the steps after it read."""
    surveys = table.each(partial(survey.survey, settings, names))
    result = _dealt(surveys)
    classes = rows.check(result, settings)
    survey.refuse_values(surveys, settings)
    encoder = fitting.encoder(_learnt(table, surveys, settings), classes, settings)
    plan = Plan(settings, encoder, {part: [found.deal.rows(part) for found in surveys] for part in rows.PARTS})
    table.each(partial(layout.write, plan, outputs))
    with tempfile.TemporaryDirectory() as folder:
        fitting.save(encoder, Path(folder))
        for file in sorted(Path(folder).iterdir()):
            outputs.put(file, f"encoder/{file.name}")
    for part in rows.PARTS:
        print(f"{part}: {result.rows(part)} rows, {dict(sorted(result.classes[part].items()))}")
    print(f"encoded {len(settings.features)} columns as {len(encoder.names)}; target {encoder.target!r}")


def _dealt(surveys: list[Survey]) -> Deal:
    """The whole deal; TableError for the first file that could not be read to its end."""
    result = Deal()
    for found in surveys:
        if found.fault is not None:
            raise found.fault
        for part in rows.PARTS:
            result.classes[part].update(found.deal.classes[part])
    return result


def _learnt(table: Table, surveys: list[Survey], settings: Settings) -> dict[str, list[str] | float | None]:
    categories = {
        column.name: survey.categories(surveys, column.name, settings)
        for column in settings.features
        if column.type == "category"
    }
    return {**medians(table, survey.value_counts(surveys), settings), **categories}
