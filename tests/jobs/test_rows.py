from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import rows
from jobs.errors import TableError
from jobs.settings import Column, Settings

Make = Callable[..., Settings]
Write = Callable[..., Path]
HEADER = "id,plan,minutes,active,left\n"
SETTINGS = Settings(
    "left",
    "binary",
    (Column("a", "number"),),
    0.2,
    0.2,
    42,
    frozenset(),
    "median",
    9,
    "yes",
    "f1",
    "maximize",
    0,
    "",
    "",
    "container",
    1,
    {},
)


def test_every_row_is_dealt_to_one_part(
    make_settings: Make, write_table: Write, small_rows: list[list[str]], tmp_path: Path
) -> None:
    result = rows.deal([write_table(small_rows)], make_settings(), tmp_path)
    dealt = [line for part in rows.PARTS for line in (tmp_path / f"{part}.csv").read_text().splitlines()[1:]]
    assert sorted(dealt) == sorted(",".join(row) for row in small_rows)
    assert sum(result.rows(part) for part in rows.PARTS) == 100


def test_a_row_keeps_its_part_when_others_are_added(
    make_settings: Make, write_table: Write, small_rows: list[list[str]], tmp_path: Path
) -> None:
    few, all_ = tmp_path / "few", tmp_path / "all"
    few.mkdir()
    all_.mkdir()
    rows.deal([write_table(small_rows[::2], name="few.csv")], make_settings(), few)
    rows.deal([write_table(small_rows, name="all.csv")], make_settings(), all_)
    for part in rows.PARTS:
        assert set((few / f"{part}.csv").read_text().splitlines()) <= set(
            (all_ / f"{part}.csv").read_text().splitlines()
        )


def test_another_seed_deals_otherwise(make_settings: Make, small_rows: list[list[str]]) -> None:
    one, other = make_settings(), make_settings(**{"dataset.split.seed": 43})
    assert [rows.place(row, one) for row in small_rows] != [rows.place(row, other) for row in small_rows]


def test_the_place_of_a_row_is_the_same_on_every_machine_and_version() -> None:
    assert [rows.place([str(n), "no"], SETTINGS) for n in range(12)] == [
        *("train", "train", "validation", "test", "validation", "train"),
        *("train", "validation", "test", "train", "test", "validation"),
    ]


def test_shares_of_the_parts_are_those_asked_for() -> None:
    places = [rows.place([str(n), "no"], SETTINGS) for n in range(20_000)]
    assert abs(places.count("test") / 20_000 - 0.2) < 0.01
    assert abs(places.count("validation") / 20_000 - 0.2) < 0.01


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_any_row_has_a_place(row: list[str]) -> None:
    assert rows.place(row, SETTINGS) in rows.PARTS


def test_columns_may_stand_in_another_order(
    make_settings: Make, write_table: Write, small_rows: list[list[str]]
) -> None:
    file = write_table([row[::-1] for row in small_rows], ["left", "active", "minutes", "plan", "id"])
    assert [row for _, row in rows.read(file, make_settings())] == small_rows


def test_a_byte_order_mark_and_blank_lines_are_no_rows(make_settings: Make, write_table: Write) -> None:
    file = write_table(b"\xef\xbb\xbf" + HEADER.encode() + b"\n1,a,2,yes,no\n\n")
    assert [row for _, row in rows.read(file, make_settings())] == [["1", "a", "2", "yes", "no"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "table.csv is empty; expected a header and rows", id="empty"),
        pytest.param(
            b"id,plan,minutes,active\n", "table.csv, line 1: the target column 'left' is missing", id="no target column"
        ),
        pytest.param(
            b"id,plan,active,left\n",
            "table.csv, line 1: column 'minutes' of dataset.columns is missing",
            id="column too few",
        ),
        pytest.param(
            b"id,plan,minutes,active,more,left\n",
            "table.csv, line 1: column 'more' is not in dataset.columns",
            id="column too many",
        ),
        pytest.param(
            b"id,plan,minutes,minutes,active,left\n",
            "table.csv, line 1: column 'minutes' stands twice in the header",
            id="column twice",
        ),
        pytest.param(
            HEADER.encode() + b"1,a,2,yes,no\n2,a,2,no\n",
            "table.csv, line 3: expected 5 fields, found 4",
            id="field too few",
        ),
        pytest.param(
            HEADER.encode() + b"1,a,2,yes,no,9\n", "table.csv, line 2: expected 5 fields, found 6", id="field too many"
        ),
        pytest.param(
            HEADER.encode() + b"1,a,2,yes,\n", "table.csv, line 2: column 'left', the target, is empty", id="no label"
        ),
        pytest.param(
            HEADER.encode() + b"1,caf\xe9,2,yes,no\n",
            "table.csv, line 2: not UTF-8 (invalid continuation byte); save the table as UTF-8",
            id="not UTF-8",
        ),
        pytest.param(
            HEADER.encode() + b'1,"a"b,2,yes,no\n', "table.csv, line 2: not CSV: ',' expected after '\"'", id="not CSV"
        ),
    ],
)
def test_a_broken_table_is_refused_with_its_place(
    content: bytes, message: str, make_settings: Make, write_table: Write, tmp_path: Path
) -> None:
    with pytest.raises(TableError, match=f"^{re.escape(message)}$"):
        rows.deal([write_table(content)], make_settings(), tmp_path)


def test_a_data_set_without_a_csv_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"^the data set holds no \.csv file$"):
        rows.tables(tmp_path)


@pytest.mark.parametrize(
    ("labels", "changes", "message"),
    [
        pytest.param([], {}, "the data set has a header and no rows", id="header only"),
        pytest.param(["no"], {}, "expected at least 50 rows, found 1", id="one row"),
        pytest.param(
            ["no"] * 60, {}, "column 'left' holds one class only, 'no'; a model needs two to tell apart", id="one class"
        ),
        pytest.param(
            ["no"] * 99 + ["yes"],
            {},
            "no row of class 'yes' of column 'left' fell into the train part (59 of 100 rows);"
            " add rows of that class, or change dataset.split",
            id="class missing in a part",
        ),
        pytest.param(
            ["no", "yes", "maybe"] * 30,
            {},
            "column 'left': expected two classes for dataset.task binary, found 'maybe', 'no', 'yes'",
            id="three classes for binary",
        ),
        pytest.param(
            ["no", "yes"] * 30,
            {"dataset.task": "multiclass"},
            "column 'left': expected 3 to 100 classes for dataset.task multiclass, found 'no', 'yes'",
            id="two classes for multiclass",
        ),
        pytest.param(
            ["no", "yes"] * 30,
            {"evaluate.positiveClass": "true"},
            "evaluate.positiveClass is 'true', column 'left' holds 'no', 'yes'",
            id="unknown positive class",
        ),
    ],
)
def test_a_table_that_no_model_can_be_made_of_is_refused(
    labels: list[str], changes: dict[str, str], message: str, make_settings: Make, write_table: Write, tmp_path: Path
) -> None:
    settings = make_settings(**changes)
    table = write_table([[str(n), "a", "1", "yes", label] for n, label in enumerate(labels)])
    with pytest.raises(TableError, match=f"^{re.escape(message)}$"):
        rows.check(rows.deal([table], settings, tmp_path), settings)


def test_the_positive_class_comes_last(make_settings: Make, write_table: Write, tmp_path: Path) -> None:
    settings = make_settings(**{"evaluate.positiveClass": "a"})
    table = write_table([[str(n), "a", "1", "yes", "ab"[n % 2]] for n in range(60)])
    assert rows.check(rows.deal([table], settings, tmp_path), settings) == ("b", "a")
