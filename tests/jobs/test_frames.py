from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from jobs import frames
from jobs.errors import RequestError, TableError
from jobs.settings import Settings

Make = Callable[..., Settings]
Write = Callable[..., Path]
CLASSES = ("no", "yes")


def test_the_encoder_learns_categories_and_medians(
    make_settings: Make, write_table: Write, small_rows: list[list[str]]
) -> None:
    encoder = frames.fit(write_table(small_rows), CLASSES, make_settings())
    assert [feature.column for feature in encoder.features] == ["plan", "minutes", "active"]
    assert encoder.features[0].categories == ("basic", "family", "premium")
    assert encoder.features[1].fill == pytest.approx(12.375)
    assert encoder.features[2].fill == 1.0
    assert encoder.ids == ("id",)


def test_without_imputation_nothing_stands_for_a_missing_number(
    make_settings: Make, write_table: Write, small_rows: list[list[str]], tmp_path: Path
) -> None:
    settings = make_settings(**{"prepare.imputation": "none"})
    table = write_table(small_rows)
    encoder = frames.fit(table, CLASSES, settings)
    frames.encode(table, encoder, settings, tmp_path / "out.csv")
    assert encoder.features[1].fill is None
    assert pl.read_csv(tmp_path / "out.csv")["minutes"].null_count() == 12


def test_the_target_comes_last_as_the_index_of_its_class(
    make_settings: Make, write_table: Write, small_rows: list[list[str]], tmp_path: Path
) -> None:
    settings, table = make_settings(), write_table(small_rows)
    frames.encode(table, frames.fit(table, CLASSES, settings), settings, tmp_path / "out.csv")
    frame = pl.read_csv(tmp_path / "out.csv")
    assert frame.columns == ["plan=basic", "plan=family", "plan=premium", "minutes", "active", "left"]
    assert frame["left"].to_list() == [int(row[-1] == "yes") for row in small_rows]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        pytest.param(2, "many", "column 'minutes': expected a number, found 'many'", id="text in a number column"),
        pytest.param(2, "1e99", "column 'minutes': expected a number up to 3.4e+38, found 1e+99", id="huge number"),
        pytest.param(2, "inf", "column 'minutes': expected a number, found 'inf'", id="infinity"),
        pytest.param(
            3,
            "perhaps",
            "column 'active': expected yes or no (true or false, 1 or 0), found 'perhaps'",
            id="no boolean",
        ),
    ],
)
def test_a_bad_value_is_refused_with_line_column_and_value(
    column: int, value: str, message: str, make_settings: Make, write_table: Write, small_rows: list[list[str]]
) -> None:
    small_rows[40][column] = value
    table = write_table(small_rows)
    with pytest.raises(TableError, match=f"^{re.escape(f'table.csv, line 42, {message}')}$"):
        frames.check_values([table], [table], make_settings())


def test_too_many_categories_are_refused(make_settings: Make, write_table: Write, small_rows: list[list[str]]) -> None:
    with pytest.raises(TableError, match=r"^column 'plan' has more than 2 categories \(prepare\.maxCategories\)"):
        frames.fit(write_table(small_rows), CLASSES, make_settings(**{"prepare.maxCategories": 2}))


def test_an_empty_column_is_refused(make_settings: Make, write_table: Write, small_rows: list[list[str]]) -> None:
    emptied = [[*row[:2], "", *row[3:]] for row in small_rows]
    with pytest.raises(TableError, match=r"^column 'minutes' is empty in every training row"):
        frames.fit(write_table(emptied), CLASSES, make_settings())


def test_encoded_columns_of_one_name_are_refused(make_settings: Make, write_table: Write) -> None:
    settings = make_settings({"plan": "category", "plan=a": "number"})
    table = write_table([["a", "1", "no"]], ["plan", "plan=a", "left"])
    with pytest.raises(TableError, match=r"^two encoded columns would be called 'plan=a'; rename the column or its"):
        frames.fit(table, CLASSES, settings)


ODD = ["a,b", 'say "hi"', "two\nlines", "old\rmac", "naïve", "=1+1", "x"]


def test_odd_characters_in_names_and_categories_survive(
    make_settings: Make, write_table: Write, tmp_path: Path
) -> None:
    settings = make_settings(dict.fromkeys(ODD, "category"))
    table = write_table([[odd] * len(ODD) + ["no"] for odd in ODD], [*ODD, "left"])
    encoder = frames.fit(table, CLASSES, settings)
    frames.encode(table, encoder, settings, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == [*encoder.names, "left"]
    assert [row.count("1") for row in rows] == [len(ODD)] * len(ODD)


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBERS = st.one_of(
    CELLS, st.floats().map(str), st.integers().map(str), st.sampled_from(["", "NA", " 1 ", "+.5", "5."])
)
BOOLEANS = st.one_of(CELLS, st.sampled_from(["yes", "NO", "True", "f", "1", "", " 0"]))


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(CELLS, NUMBERS, BOOLEANS), min_size=1, max_size=5))
def test_polars_and_python_encode_alike(
    cells: list[tuple[str, str, str]],
    make_settings: Make,
    write_table: Write,
    small_rows: list[list[str]],
    tmp_path: Path,
) -> None:
    """The table's way and the request's way agree on every value, or both refuse it."""
    settings = make_settings()
    encoder = frames.fit(write_table(small_rows), CLASSES, settings)
    table = write_table([["C1", *row, "no"] for row in cells], name="cells.csv")
    try:
        expected = encoder.encode(cells)
    except RequestError:
        with pytest.raises(TableError):
            frames.check_values([table], [table], settings)
        return
    frames.check_values([table], [table], settings)
    frames.encode(table, encoder, settings, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open() as file:
        rows = list(csv.reader(file))[1:]
    found = np.array([[float(value) for value in row[:-1]] for row in rows], dtype=np.float32)
    np.testing.assert_array_equal(found, expected)
