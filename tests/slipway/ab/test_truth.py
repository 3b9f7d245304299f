"""What came true, told by inference id or by content; and files that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.ab import truth
from slipway.ab.captured import Answer
from slipway.errors import BadInput

COLUMNS = ["plan", "minutes", "paperless"]


def answer(inference_id: str = "a", place: int = 0, label: str = "yes", **row: object) -> Answer:
    return Answer(inference_id, place, row, label, 0.5)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "truth.csv"


def test_lines_of_one_inference_id_are_the_rows_of_its_request_in_their_order(file: Path) -> None:
    file.write_text("note,inferenceId,label\n,a,yes\n,b,no\n,a,no\n", encoding="utf-8")
    known = truth.read(file, COLUMNS, "churn")
    judged = known.judge([answer("a", 1, "yes"), answer("a", 0, "no"), answer("b"), answer("c")])
    assert [(one.truth, one.label) for one in judged] == [("no", "yes"), ("yes", "no"), ("no", "yes")]


@pytest.mark.parametrize(
    "row",
    [
        {"plan": "basic", "minutes": 12.0, "paperless": True},
        {"plan": "basic", "minutes": 12, "paperless": "true"},
        {"plan": " basic", "minutes": "12.00", "paperless": "TRUE"},
    ],
    ids=["JSON", "whole numbers", "CSV"],
)
@pytest.mark.parametrize("label", ["churn", "label"])
def test_a_row_is_known_by_its_content_however_its_values_were_written(
    file: Path, row: dict[str, object], label: str
) -> None:
    file.write_text(f"customer_id,{label},paperless,minutes,plan\n1,no,True,12,basic\n", encoding="utf-8")
    assert [one.truth for one in truth.read(file, COLUMNS, "churn").judge([answer(**row)])] == ["no"]


def test_null_and_nothing_are_the_same(file: Path) -> None:
    file.write_text("plan,minutes,paperless,churn\n,,,yes\n", encoding="utf-8")
    known = truth.read(file, COLUMNS, "churn")
    assert len(known.judge([answer(plan=None, minutes=None, paperless=None), answer(plan="")])) == 2


def test_rows_that_are_alike_and_came_out_differently_tell_nothing(file: Path) -> None:
    file.write_text("plan,minutes,paperless,churn\na,1,,yes\na,1.0,,no\nb,1,,no\nb,1,,no\n", encoding="utf-8")
    known = truth.read(file, COLUMNS, "churn")
    assert known.ambiguous == 1
    assert [one.truth for one in known.judge([answer(plan="a", minutes=1), answer(plan="b", minutes=1)])] == ["no"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no rows; expected a header and a line for each answer"),
        ("inferenceId,label\n", "has no rows"),
        ("inferenceId,churn\na,yes\n", "missing label; the header has inferenceId, churn"),
        ("id,label\na,yes\n", "expected inferenceId,label, or the data set's columns and churn; missing plan, minutes"),
        ("plan,minutes,paperless\na,1,2\n", "missing label; the header has plan, minutes, paperless"),
        ("inferenceId,label\na\n", "line 2: expected as many values as the header has names"),
        ("inferenceId,label\na,b,c\n", "line 2: expected as many values as the header has names"),
        ("inferenceId,label\na, \n", "a label is empty; leave out the line of an answer of which the label is not"),
        ('inferenceId,label\n"a,b\n', "is not CSV in UTF-8: unexpected end of data"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_what_is_expected(file: Path, text: str, message: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        truth.read(file, COLUMNS, "churn")
    assert message in str(refused.value)


def test_a_file_that_is_not_utf_8_is_refused(file: Path) -> None:
    file.write_bytes(b"inferenceId,label\na,\xff\n")
    with pytest.raises(BadInput, match="is not CSV in UTF-8"):
        truth.read(file, COLUMNS, "churn")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["yes", "no"])), min_size=1))
def test_every_row_of_a_request_gets_its_own_line(lines: list[tuple[str, str]]) -> None:
    known = truth._by_id(Path("truth.csv"), [{"inferenceId": one, "label": label} for one, label in lines])
    for name in "abc":
        labels = [label for one, label in lines if one == name]
        answers = [answer(name, place) for place in range(len(labels))]
        assert [one.truth for one in known.judge(answers)] == labels
