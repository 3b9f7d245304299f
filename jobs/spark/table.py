"""The table's rows as Spark keeps them: dealt once, a partition for each file.

A file is one partition since only who reads it from its beginning knows which line breaks are inside a quoted value;
Spark's own reader does the same when values may have line breaks (`multiLine`,
spark.apache.org/docs/3.5.6/sql-data-sources-csv.html). So a table of many files is what spreads over many workers.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pyspark import SparkContext, StorageLevel

from jobs import rows
from jobs.errors import TableError
from jobs.settings import Settings
from jobs.spark import objects
from jobs.spark.preparation import Found

Result = TypeVar("Result")


class SparkTable:
    """A `Table` whose rows stay on the disks of the workers while they are gone through."""

    def __init__(self, context: SparkContext, files: list[str], settings: Settings) -> None:
        dealt = context.parallelize(files, len(files)).mapPartitions(partial(_dealt, settings))
        self._rows: Any = dealt.persist(StorageLevel.DISK_ONLY)

    def each(self, function: Callable[[int, Iterable[Found]], Result]) -> list[Result]:
        """What the function makes of each file's rows, in the order of the files."""
        found: list[Result] = self._rows.mapPartitionsWithIndex(partial(_applied, function)).collect()
        return found


def _dealt(settings: Settings, files: Iterable[str]) -> Iterator[Found]:
    """The rows of files, up to the first fault: as a value, since Spark tries a task that raises again."""
    for uri in files:
        with tempfile.TemporaryDirectory() as folder:
            try:
                yield from rows.dealt(objects.fetch(uri, Path(folder)), settings)
            except TableError as fault:
                yield fault


def _applied(
    function: Callable[[int, Iterable[Found]], Result], index: int, found: Iterable[Found]
) -> Iterator[Result]:
    yield function(index, found)
