from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import formats
from jobs.encoder import Encoder, Feature
from jobs.errors import RequestError

ENCODER = Encoder(
    "left", "binary", ("no", "yes"), frozenset(), (Feature("a", "number"), Feature("b", "category")), ("id",)
)
PREDICTIONS = [{"label": "yes", "score": 0.75}, {"label": "no, thanks", "score": 0.25}]


def test_the_three_formats_say_the_same() -> None:
    rows = [[1, "x"], [2, "y, z"]]
    assert formats.read(b'{"instances": [[1, "x"], {"b": "y, z", "a": 2, "id": 7}]}', formats.JSON, ENCODER) == rows
    assert formats.read(b'[1, "x"]\n\n{"a": 2, "b": "y, z"}\n', formats.JSON_LINES, ENCODER) == rows
    assert formats.read(b'1,x\r\n2,"y, z"\n', formats.CSV, ENCODER) == [["1", "x"], ["2", "y, z"]]


def test_predictions_are_written_in_the_three_formats() -> None:
    assert formats.write(PREDICTIONS, formats.CSV) == b'yes,0.75\n"no, thanks",0.25\n'
    assert json.loads(formats.write(PREDICTIONS, formats.JSON)) == {"predictions": PREDICTIONS}
    assert [json.loads(line) for line in formats.write(PREDICTIONS, formats.JSON_LINES).splitlines()] == PREDICTIONS


@pytest.mark.parametrize("header", ["text/csv", "TEXT/CSV; charset=utf-8", "text/csv;header=absent"])
def test_parameters_of_a_content_type_are_no_matter(header: str) -> None:
    assert formats.content_type(header) == formats.CSV


@pytest.mark.parametrize(("header", "found"), [("", "none"), ("text/plain", "text/plain")])
def test_another_content_type_is_refused(header: str, found: str) -> None:
    message = f"Content-Type: expected text/csv, application/json, application/jsonlines; found {found}"
    with pytest.raises(RequestError, match=f"^{re.escape(message)}$") as refused:
        formats.content_type(header)
    assert refused.value.status == 415


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", formats.CSV),
        ("*/*", formats.CSV),
        ("application/json", formats.JSON),
        ("image/png, application/jsonlines;q=0.5, */*", formats.JSON_LINES),
    ],
)
def test_the_answer_has_the_form_that_the_client_accepts(header: str, expected: str) -> None:
    assert formats.accept(header, formats.CSV) == expected


def test_an_answer_in_another_form_is_refused() -> None:
    with pytest.raises(RequestError, match=r"^Accept: expected text/csv, .*; found image/png$") as refused:
        formats.accept("image/png", formats.CSV)
    assert refused.value.status == 406


SHAPE = 'expected {"instances": [row, …]}, each row an object or a list of values'


@pytest.mark.parametrize(
    ("body", "content_type", "message"),
    [
        pytest.param(b"", formats.CSV, "expected at least one row, found none", id="no CSV"),
        pytest.param(b'{"instances": []}', formats.JSON, "expected at least one row, found none", id="no instances"),
        pytest.param(b"\n", formats.JSON_LINES, "expected at least one row, found none", id="no lines"),
        pytest.param(b"\xff", formats.CSV, "not UTF-8: invalid start byte at byte 0", id="not UTF-8"),
        pytest.param(b'1,"x"y', formats.CSV, "not CSV: ',' expected after '\"'", id="not CSV"),
        pytest.param(b"[1, 2]", formats.JSON, SHAPE, id="a list"),
        pytest.param(b'{"rows": []}', formats.JSON, SHAPE, id="another key"),
        pytest.param(b'{"instances": 5}', formats.JSON, SHAPE, id="instances no list"),
        pytest.param(
            b'{"instances": ["1,x"]}',
            formats.JSON,
            "row 1: expected an object or a list of values, found '1,x'",
            id="row as text",
        ),
        pytest.param(b'{"instances": [[NaN, 1]]}', formats.JSON, "not JSON: ", id="NaN"),
        pytest.param(b'[1, "x"]\n[1,', formats.JSON_LINES, "line 2: not JSON: ", id="broken line"),
        pytest.param(b'{"a": 1}', formats.JSON_LINES, "row 1: column 'b' is missing", id="missing column"),
    ],
)
def test_a_bad_body_is_refused_with_its_place(body: bytes, content_type: str, message: str) -> None:
    with pytest.raises(RequestError, match=f"^{re.escape(message)}") as refused:
        formats.read(body, content_type, ENCODER)
    assert refused.value.status == 400


@given(st.binary(max_size=60), st.sampled_from(formats.FORMATS))
def test_any_body_is_read_or_refused(body: bytes, content_type: str) -> None:
    try:
        assert formats.read(body, content_type, ENCODER)
    except RequestError as error:
        assert error.status == 400
