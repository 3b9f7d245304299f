"""The two engines prepare a table alike: here without Spark, and in tests/heavy/glue with it and on many tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.spark.layout import decimal
from tests.jobs.spark.support import by_files, by_processing
from tests.jobs.spark.tables import COLUMNS, ENCODINGS, joined


@given(value=st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_number_is_written_as_polars_writes_it(value: float) -> None:
    written = pl.DataFrame({"x": [value]}, schema={"x": pl.Float32}).write_csv(include_header=False)
    assert decimal(np.float32(value)) == written.rstrip("\n")


HEADER = ",".join(['"a=b,""c"""' if "," in name else name for name in (*COLUMNS, "left")])
GOOD = [f"{n},p,1,c,yes,2,{'yes' if n % 3 else 'no'}" for n in range(60)]
REFUSED = {
    "a number that is text": (
        [*GOOD, "9,p,many,c,yes,2,no"],
        "table-0.csv, line 62, column 'minutes': expected a number",
    ),
    "a field too few": ([*GOOD, "9,p"], "table-0.csv, line 62: expected 7 fields, found 2"),
    "a target that is empty": ([*GOOD, "9,p,1,c,yes,2,"], "table-0.csv, line 62: column 'left', the target, is empty"),
    "one class only": ([row.replace("yes", "no") for row in GOOD], "column 'left' holds one class only, 'no'"),
    "too few rows": (GOOD[:10], "expected at least 50 rows, found 10"),
    "no rows": ([], "the data set has a header and no rows"),
    "a column without a value": ([row.replace(",1,", ",,") for row in GOOD], "column 'minutes' is empty in every"),
    "an open quote": ([*GOOD, '"9'], "not CSV: unexpected end of data"),
}


ODD = (
    "{}, a ,NA,,Yes,-0,yes",
    "{},NA,+.5,é,,1e-7,no",
    '{},"two\nlines",12345678.9,"x,y",f,1e13,yes',
    "{},a,3e38,,T,1e-44,no",
    '{},"b""",,q,0,,yes',
)


@pytest.mark.parametrize("changes", ENCODINGS, ids=str)
@pytest.mark.parametrize("count", [1, 3])
def test_both_engines_leave_the_same_bytes(changes: dict[str, Any], count: int) -> None:
    lines = [*GOOD, *(row.format(number) for number in range(10) for row in ODD)]
    files = ["\n".join([HEADER, *lines[number::count]]).encode() for number in range(count)]
    found = by_files(files, changes)
    assert joined(found) == by_processing(files, changes)
    assert isinstance(found, str) == ("prepare.maxCategories" in changes)


@pytest.mark.parametrize("fault", REFUSED)
def test_a_wrong_table_is_refused_with_the_same_sentence(fault: str) -> None:
    lines, sentence = REFUSED[fault]
    files = ["\n".join([HEADER, *lines]).encode()]
    assert sentence in str(by_files(files, {}))
    assert by_files(files, {}) == by_processing(files, {})


def test_the_first_file_that_is_wrong_is_named() -> None:
    wrong = "\n".join([HEADER, "1,2"]).encode()
    files = ["\n".join([HEADER, *GOOD]).encode(), wrong, wrong]
    assert by_files(files, {}) == "table-1.csv, line 2: expected 7 fields, found 2"


def test_a_table_of_several_files_is_left_in_pieces() -> None:
    files = ["\n".join([HEADER, *GOOD[number::2]]).encode() for number in range(2)]
    found = by_files(files, {})
    assert isinstance(found, dict)
    assert "train/train-000001.csv" in found
    assert "train/train-000002.csv" in found
    assert "train/train.csv" not in found
