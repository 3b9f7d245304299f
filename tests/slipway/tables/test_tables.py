"""Whatever a person has, as a CSV."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from slipway import tables
from slipway.errors import BadInput
from slipway.tables import parquet

ROOT = Path(__file__).parents[3]
POLARS = Path(sys.executable).parent.parent / "bundle" / "bin" / "python"
needs_polars = pytest.mark.skipif(not POLARS.exists(), reason="`make setup` makes the environment with polars")


class PandasLike:
    """As much of a pandas DataFrame as is used, which is its own writing of a CSV."""

    def __init__(self, **columns: list[Any]) -> None:
        self.columns = list(columns)
        self.values = columns

    def __getitem__(self, name: str) -> list[Any]:
        return self.values[name]

    def to_csv(self, target: Path, *, index: bool) -> None:
        assert index is False
        rows = zip(*self.values.values(), strict=True)
        target.write_text("\n".join([",".join(self.columns), *(",".join(map(str, row)) for row in rows)]) + "\n")


class LazyFrame:
    """A polars query that nobody has run."""


def by_polars(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Python in the environment that has polars, with this Slipway."""
    return subprocess.run(
        [str(POLARS), "-c", f"import polars, sys\nfrom pathlib import Path\nfrom slipway import tables\n{code}"],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_csv_is_taken_as_it_is(tmp_path: Path) -> None:
    assert tables.as_csv(str(tmp_path / "Any.CSV"), tmp_path / "made") == tmp_path / "Any.CSV"
    assert not (tmp_path / "made").exists()


def test_json_lines_become_a_csv_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "shop.ndjson").write_text('{"a": 1}\n')
    made = tables.as_csv(tmp_path / "shop.ndjson", tmp_path / "made")
    assert (made.name, made.read_text()) == ("shop.csv", "a\n1\n")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("table.xlsx", "table.xlsx: expected a file that ends in .csv, .jsonl, .ndjson, .json, .parquet"),
        ("table.parquet", "table.parquet: there is no such file; expected a table"),
        (7, "expected a DataFrame of pandas or polars, or a file's path, found int"),
        (LazyFrame(), "found LazyFrame; collect() it first"),
    ],
)
def test_what_is_no_table_is_refused(source: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=message.replace("(", r"\(").replace(")", r"\)")):
        tables.as_csv(source, tmp_path)


def test_a_frame_of_pandas_writes_itself_without_its_index(tmp_path: Path) -> None:
    made = tables.as_csv(PandasLike(a=[1, 2], left=["yes", "no"]), tmp_path / "made")
    assert made.read_text() == "a,left\n1,yes\n2,no\n"


def test_a_nested_value_of_pandas_is_refused_by_its_column(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"column 'b' holds \[1, 2\]; expected numbers, texts"):
        tables.as_csv(PandasLike(a=[1, 2], b=["x", [1, 2]]), tmp_path)


@needs_polars
def test_a_frame_of_polars_writes_itself(tmp_path: Path) -> None:
    code = (
        "frame = polars.DataFrame({'a': [1, None], 'left': [True, False]})\nprint(tables.as_csv(frame, Path('made')))"
    )
    done = by_polars(code, tmp_path)
    assert (done.stdout.strip(), done.stderr) == ("made/table.csv", "")
    assert (tmp_path / "made/table.csv").read_text() == "a,left\n1,true\n,false\n"


@needs_polars
def test_parquet_is_read_by_the_environment_that_has_polars(tmp_path: Path) -> None:
    by_polars("polars.DataFrame({'a': [1.5, None], 'left': ['yes', 'no']}).write_parquet('shop.parquet')", tmp_path)
    made = tables.as_csv(tmp_path / "shop.parquet", tmp_path / "made")
    assert made.read_text() == "a,left\n1.5,yes\n,no\n"


@needs_polars
def test_a_nested_column_of_parquet_is_refused_by_name(tmp_path: Path) -> None:
    by_polars("polars.DataFrame({'a': [[1], [2]]}).write_parquet('shop.parquet')", tmp_path)
    with pytest.raises(BadInput, match=r"^shop.parquet: column 'a' holds List\(Int64\); expected numbers"):
        tables.as_csv(tmp_path / "shop.parquet", tmp_path)


@needs_polars
def test_a_nested_column_of_polars_is_refused_by_name(tmp_path: Path) -> None:
    done = by_polars("tables.as_csv(polars.DataFrame({'a': [[1]]}), Path('made'))", tmp_path)
    assert "BadInput: column 'a' holds List(Int64); expected numbers" in done.stderr


@needs_polars
@pytest.mark.parametrize("source", ["frame", "file"])
def test_a_duration_is_refused_by_name(source: str, tmp_path: Path) -> None:
    frame = "polars.DataFrame({'a': [datetime.timedelta(1)]})"
    code = f"import datetime; tables.as_csv({frame}, Path('made'))"
    if source == "file":
        code = f"import datetime; {frame}.write_parquet('a.parquet'); tables.as_csv(Path('a.parquet'), Path('made'))"
    assert "column 'a' holds Duration(time_unit='us'); expected numbers" in by_polars(code, tmp_path).stderr


@needs_polars
def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shop.parquet").write_text("a,b\n")
    with pytest.raises(BadInput, match=r"^shop.parquet: not Parquet: "):
        tables.as_csv(tmp_path / "shop.parquet", tmp_path)


def test_without_polars_a_sentence_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop.parquet").write_text("PAR1")
    monkeypatch.setattr(parquet, "find_spec", lambda _: None)
    monkeypatch.setattr(parquet.sys, "executable", str(tmp_path / "bin" / "python"))
    with pytest.raises(BadInput, match="read by polars, and none is installed; `make setup` installs it"):
        tables.as_csv(tmp_path / "shop.parquet", tmp_path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shop.jsonl", "shop.csv"),
        ("my table: new!.csv", "my-table-new.csv"),
        ("a.b.csv", "a.b.csv"),
        ("日本.csv", "table.csv"),
    ],
)
def test_a_name_can_stand_in_a_repository(name: str, expected: str) -> None:
    assert tables.name_of(Path(name)) == expected
