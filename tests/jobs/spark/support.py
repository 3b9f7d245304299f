"""Tables, and two ways to prepare them: the files that each leaves, or the sentence that it refuses with."""

from __future__ import annotations

import csv
import io
import json
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import strategies as st

from jobs import prepare as by_polars
from jobs import rows, settings
from jobs.errors import TableError
from jobs.spark.preparation import Found, prepare
from tests.jobs.conftest import execution

Files = dict[str, bytes]
Result = TypeVar("Result")
COLUMNS = {
    "id": "id",
    "plan": "category",
    "minutes": "number",
    'a=b,"c"': "category",
    "active": "boolean",
    "x": "number",
}
ENCODINGS: list[dict[str, Any]] = [
    {},
    {"prepare.imputation": "none"},
    {"train": {"engine": "xgboost", "instanceCount": 2}},
    {"dataset.split": {"validation": 0.3, "test": 0.3, "seed": 7}},
    {"prepare.maxCategories": 3},
]
SEVERAL: dict[str, Any] = {"dataset.task": "multiclass", "evaluate.positiveClass": None}
_NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr),
    st.floats(-1e6, 1e6, allow_nan=False).map(repr),
    st.integers(-(10**13), 10**13).map(str),
    st.decimals(-1000, 1000, places=2).map(str),
    st.sampled_from(["", "NA", " 7 ", "+.5", "1e-7", "-0", "1.", "1e13"]),
)
_CELLS = {
    "id": st.text(max_size=3).filter(lambda text: "\x00" not in text),
    "number": st.one_of(_NUMBERS, st.sampled_from(["1", "2", "2", "3"])),
    "boolean": st.sampled_from(["yes", "No", "TRUE", "0", "1", "", "NA", "t", " f"]),
    "category": st.sampled_from(["a", "b", "é", "", "NA", " a", "x,y", 'q"q', "two\nlines", "=b", "𝄞"]),
}


_WRONG = [(2, ["text"]), (4, ["maybe"]), (6, [""]), (5, ["1e39"]), (0, []), (6, ["unknown"])]


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[bytes], dict[str, Any]]:
    """One to three CSV files, of which a few are wrong, and how they are to be prepared."""
    several = draw(st.integers(0, 3)) == 0
    label = st.sampled_from(["yes", "no", "maybe"] if several else ["yes", "no"])
    row = st.tuples(*(_CELLS[type_] for type_ in COLUMNS.values()), label).map(list)
    made = draw(st.lists(row, min_size=60, max_size=90))
    if draw(st.integers(0, 4)) == 0:
        position, values = draw(st.sampled_from(_WRONG))
        draw(st.sampled_from(made))[position : position + 1] = values
    files = draw(st.integers(1, 3))
    changes = draw(st.sampled_from(ENCODINGS)) | (SEVERAL if several else {})
    return [_written(made[number::files]) for number in range(files)], changes


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


def joined(found: Files | str) -> Files | str:
    """The pieces of a table of several files as one file, each header but the first left out."""
    if isinstance(found, str):
        return found
    whole: Files = {}
    for name in sorted(found):
        stem, _, number = name.removesuffix(".csv").rpartition("-")
        if not name.endswith(".csv") or len(number) != 6:
            whole[name] = found[name]
        elif f"{stem}.csv" in whole:
            whole[f"{stem}.csv"] += _without_header(found[name], headed=not stem[-1].isdigit())
        else:
            whole[f"{stem}.csv"] = found[name]
    return whole


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


def _written(made: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([(*COLUMNS, "left"), *made])
    return text.getvalue().encode("utf-8", "replace")


def _put(files: list[bytes], folder: Path) -> None:
    folder.mkdir(parents=True)
    for number, content in enumerate(files):
        (folder / f"table-{number}.csv").write_bytes(content)


def _read(folder: Path) -> Files:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.*") if file.is_file()}


def _without_header(content: bytes, *, headed: bool) -> bytes:
    """What follows the first line end that no quotes are around."""
    quoted = False
    for position, byte in enumerate(content if headed else b""):
        quoted ^= byte == ord('"')
        if byte == ord("\n") and not quoted:
            return content[position + 1 :]
    return content
