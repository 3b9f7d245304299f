"""Two ways to prepare a table: the files that each leaves, or the sentence that it refuses with."""

from __future__ import annotations

import json
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from jobs import prepare as by_polars
from jobs import rows, settings
from jobs.errors import TableError
from jobs.spark.preparation import Found, prepare
from tests.jobs.conftest import execution
from tests.jobs.spark.tables import COLUMNS, Files

Result = TypeVar("Result")


def document(changes: dict[str, Any]) -> dict[str, Any]:
    """The execution.json of such a table."""
    return execution(COLUMNS, "left", changes)


def by_processing(files: list[bytes], changes: dict[str, Any]) -> Files | str:
    """What the processing job leaves."""
    with tempfile.TemporaryDirectory() as base, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAGEMAKER_BASE_DIR", base)
        processing = Path(base) / "processing"
        _put(files, processing / "input" / "dataset")
        (processing / "input" / "config").mkdir()
        (processing / "input" / "config" / "execution.json").write_text(json.dumps(document(changes)))
        try:
            by_polars.main()
        except TableError as error:
            return str(error)
        return _read(processing / "output")


def by_files(files: list[bytes], changes: dict[str, Any]) -> Files | str:
    """What Spark's job leaves, with its files gone through here."""
    with tempfile.TemporaryDirectory() as folder:
        tables_in = Path(folder) / "tables"
        _put(files, tables_in)
        (Path(folder) / "execution.json").write_text(json.dumps(document(changes)))
        configuration = settings.load(Path(folder))
        found = rows.tables(tables_in)
        try:
            prepare(
                Here(found, configuration), [file.name for file in found], configuration, Folder(Path(folder) / "o")
            )
        except TableError as error:
            return str(error)
        return _read(Path(folder) / "o")


class Here:
    """A table whose files are gone through in this process; what a worker is given, it is given pickled."""

    def __init__(self, files: list[Path], configuration: settings.Settings) -> None:
        self._found = [list(_dealt(file, configuration)) for file in files]

    def each(self, function: Callable[[int, Iterable[Found]], Result]) -> list[Result]:
        there = pickle.loads(pickle.dumps(function))  # noqa: S301 - pickled in the same line
        return [there(index, found) for index, found in enumerate(self._found)]


class Folder:
    """Outputs in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, file: Path, name: str) -> None:
        (self._folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, self._folder / name)


def _dealt(file: Path, configuration: settings.Settings) -> Iterable[Found]:
    try:
        yield from rows.dealt(file, configuration)
    except TableError as fault:
        yield fault


def _put(files: list[bytes], folder: Path) -> None:
    folder.mkdir(parents=True)
    for number, content in enumerate(files):
        (folder / f"table-{number}.csv").write_bytes(content)


def _read(folder: Path) -> Files:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.*") if file.is_file()}
