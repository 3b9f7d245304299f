"""functions/predict: whatever a caller sends is answered with a prediction a row, or refused by a sentence."""

from __future__ import annotations

import base64
import csv
import io
import json
import math
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.functions.test_predict import CONTEXT, ROW

COLUMNS = list(ROW)
Call = Callable[..., tuple[int, Any]]


@pytest.fixture
def call(predict: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Status and content of the function's answer; the endpoint has a prediction for each row that it is sent."""

    def invoke_endpoint(Body: bytes, **_: object) -> dict[str, Any]:  # noqa: N803 - as botocore names it
        rows = json.loads(Body, parse_constant=pytest.fail)["instances"]
        assert all(list(row) == COLUMNS for row in rows)
        assert not any(isinstance(value, dict | list) for row in rows for value in row.values())
        answer = json.dumps({"predictions": [{"label": "yes", "score": 0.9} for _ in rows]})
        return {"Body": io.BytesIO(answer.encode()), "InvokedProductionVariant": "default"}

    monkeypatch.setattr(predict, "CLIENT", SimpleNamespace(invoke_endpoint=invoke_endpoint))

    def _call(body: str | bytes | None, **headers: str) -> tuple[int, Any]:
        packed = isinstance(body, bytes)
        text = base64.b64encode(body).decode() if isinstance(body, bytes) else body
        event = {"httpMethod": "POST", "body": text, "isBase64Encoded": packed, "headers": headers or None}
        answer = predict.handler(event, CONTEXT)
        if answer["headers"]["Content-Type"] == "text/csv":
            return answer["statusCode"], list(csv.reader(io.StringIO(answer["body"])))
        return answer["statusCode"], json.loads(answer["body"])

    return _call


def assert_answered(answer: tuple[int, Any], rows: int | None = None) -> None:
    """A prediction a row, or a sentence that says what was expected; nothing else."""
    status, content = answer
    if status == 200:
        predictions = content if isinstance(content, list) else content["predictions"]
        assert predictions
        assert rows is None or len(predictions) == rows
    else:
        assert status in (400, 413)
        assert content["error"]["code"] in ("InvalidFeatures", "OneModel", "TooLarge")
        sentence = content["error"]["message"]
        assert sentence.startswith(("row ", "features: ", "the body is not ", "expected ", "X-Model "))
        assert len(sentence) < 1000
        assert "Traceback" not in sentence


EXAMPLES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=4), SCALARS, max_size=2)
NAMES = st.sampled_from([*COLUMNS, "customer_id", "Plan", "x"]) | st.text(max_size=8)
ROWS = (
    st.fixed_dictionaries(dict.fromkeys(COLUMNS, VALUES))
    | st.dictionaries(NAMES, VALUES, max_size=4)
    | st.lists(VALUES, min_size=3, max_size=3)
    | st.lists(VALUES, max_size=4)
)
GOOD = st.fixed_dictionaries(
    {
        "plan": st.none() | st.text(max_size=20),
        "minutes": st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
        "calls": st.none() | st.integers(-(10**6), 10**6) | st.integers(0, 99).map(str),
    }
)
# As clients write it: in any case, with parameters, or as something that it is not.
JSON_TYPES = st.sampled_from(
    ["application/json", "Application/JSON; charset=UTF-8", "application/x-www-form-urlencoded", "", "text/csvv", "é"]
)
CSV_TYPES = st.sampled_from(["text/csv", "TEXT/CSV", "text/csv;charset=utf-8", " text/csv ; header=absent"])
NAMED = st.sampled_from(["content-type", "Content-Type", "CONTENT-TYPE"])
ACCEPTS = st.sampled_from(["*/*", "text/csv", "application/json;q=0.1, text/csv", "text/csv;q=x", ";;,q=", "", "a/b"])


@EXAMPLES
@given(rows=st.lists(GOOD, min_size=1, max_size=40), positional=st.booleans(), kind=JSON_TYPES, named=NAMED)
def test_good_rows_each_have_their_prediction(
    call: Call, rows: list[dict[str, Any]], positional: bool, kind: str, named: str
) -> None:
    features = [list(row.values()) for row in rows] if positional else rows
    status, content = call(json.dumps({"features": features}), **{named: kind})
    assert (status, len(content.get("predictions", ()))) == (200, len(rows)), content


@EXAMPLES
@given(features=st.lists(ROWS, max_size=5) | ROWS | VALUES, accept=ACCEPTS)
def test_rows_of_any_form_are_answered_or_refused(call: Call, features: Any, accept: str) -> None:
    one = not isinstance(features, list) or not any(isinstance(item, dict | list) for item in features)
    rows = None if isinstance(features, str) else 1 if one else len(features)
    assert_answered(call(json.dumps({"features": features}), accept=accept), rows)


@EXAMPLES
@given(
    row=GOOD,
    place=st.integers(0, 9),
    column=st.sampled_from(COLUMNS),
    value=st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=4), SCALARS, max_size=2),
)
def test_the_row_and_the_column_of_a_value_that_is_none_are_named(
    call: Call, row: dict[str, Any], place: int, column: str, value: Any
) -> None:
    rows = [row] * place + [{**row, column: value}, row]
    status, content = call(json.dumps({"features": rows}).replace("NaN", "null").replace("Infinity", "1"))
    assert status == 400
    message = content["error"]["message"]
    assert message.startswith(f"row {place + 1}, column '{column}': expected one value, found "), message


@EXAMPLES
@given(number=st.sampled_from([math.nan, math.inf, -math.inf]), column=st.sampled_from(COLUMNS), row=GOOD)
def test_what_is_no_number_of_json_is_refused(call: Call, number: float, column: str, row: dict[str, Any]) -> None:
    status, content = call(json.dumps({"features": {**row, column: number}}))
    assert status == 400
    assert "is not a JSON number; null stands for an unknown value" in content["error"]["message"]


@EXAMPLES
@given(rows=st.lists(GOOD, min_size=1, max_size=20), kind=CSV_TYPES, named=NAMED, mark=st.booleans())
def test_rows_of_csv_each_have_their_prediction(
    call: Call, rows: list[dict[str, Any]], kind: str, named: str, mark: bool
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([row[name] for name in COLUMNS] for row in rows)
    body = text.getvalue().encode("utf-8-sig" if mark else "utf-8")
    status, content = call(body, **{named: kind})
    assert (status, len(content.get("predictions", ()))) == (200, len(rows)), content


@EXAMPLES
@given(body=st.text() | st.binary(), kind=CSV_TYPES | JSON_TYPES, accept=ACCEPTS)
def test_any_body_of_any_type_is_answered_or_refused(call: Call, body: str | bytes, kind: str, accept: str) -> None:
    assert_answered(call(body, **{"Content-Type": kind, "Accept": accept}))


@EXAMPLES
@given(
    cells=st.lists(st.lists(st.text(alphabet='ab1.,"\r\n\0é ', max_size=6), min_size=2, max_size=4), max_size=5),
    kind=CSV_TYPES,
)
def test_lines_of_any_length_are_answered_or_refused(call: Call, cells: list[list[str]], kind: str) -> None:
    assert_answered(call("\n".join(",".join(line) for line in cells), **{"Content-Type": kind}))


@EXAMPLES
@given(row=GOOD, at=st.integers(0, 200), spoilt=st.text(max_size=6), length=st.integers(0, 6))
def test_json_that_was_spoilt_is_answered_or_refused(
    call: Call, row: dict[str, Any], at: int, spoilt: str, length: int
) -> None:
    text = json.dumps({"features": [row, row]})
    assert_answered(call(text[:at] + spoilt + text[at + length :]))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(None, id="none"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
        pytest.param("\ufeff{}", id="a byte order mark"),
        pytest.param('{"features": "' + "\\ud800" + ',1,2"}', id="half a character in CSV"),
        pytest.param('{"features": {"plan": "\\ud800", "minutes": 1, "calls": 2}}', id="half a character"),
        pytest.param('{"features": {"\\ud800": 1}}', id="half a character in a name"),
        pytest.param('{"features": ["basic", ' + "9" * 5000 + ", 2]}", id="a number of five thousand digits"),
        pytest.param('{"features": ["basic", "' + "9" * 5000 + '", 2]}', id="the same as text"),
        pytest.param('{"features": ["basic", 1, 2], "features": 3}', id="features twice"),
        pytest.param('{"features": {"plan": "a", "plan": "b", "minutes": 1, "calls": 2}}', id="a column twice"),
        pytest.param('{"features": "' + "x" * 200_000 + ',1,2"}', id="a field that CSV has no room for"),
        pytest.param(json.dumps({"features": [["a", 1, 2]] * 20_000}), id="twenty thousand rows"),
        pytest.param('{"features": "a\\u0000b,1,2"}', id="a zero byte in CSV"),
    ],
)
def test_what_is_out_of_the_ordinary_is_answered_or_refused(call: Call, body: str | bytes | None) -> None:
    assert_answered(call(body))


@pytest.mark.parametrize("text", ["\udc80,1,2", "\ud800"])
def test_a_body_that_is_no_text_is_refused(call: Call, text: str) -> None:
    status, content = call(text)
    assert (status, content["error"]["code"]) == (400, "InvalidFeatures")
    assert content["error"]["message"].startswith("the body is not UTF-8: ")
