"""Filtering and joining records with their predictions."""

from __future__ import annotations

import pytest

from slipway.engine.services.sagemaker.transform.joining import CSV, JSON, JSON_LINES, Processing, assembled
from slipway.engine.services.sagemaker.transform.records import BadInput, Batch

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html")


def processed(content_type: str, records: list[bytes], answer: bytes, **wanted: str) -> list[bytes]:
    """What a batch of `records` with this answer gives to the output."""
    return Processing.parse(wanted, content_type).results(Batch(records, records), answer)


def test_without_filters_and_join_bytes_are_left_alone() -> None:
    assert Processing.parse({}, CSV).filtered(b'1, "x') == b'1, "x'
    assert processed(CSV, [b"1"], b"any\x00thing") == [b"any\x00thing"]


def test_a_row_is_filtered_joined_and_filtered_again() -> None:
    wanted = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
    assert Processing.parse(wanted, CSV).filtered(b"id,1,2") == b"1,2"
    assert processed(CSV, [b"id,1,2", b"id2,3,4"], b"0.5\n0.25\n", **wanted) == [b"id,0.5", b"id2,0.25"]


def test_quotes_of_a_field_survive() -> None:
    assert processed(CSV, [b'"a,b",1'], b"2", JoinSource="Input") == [b'"a,b",1,2']


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (b'{"key":1}', b'{"key":1,"SageMakerOutput":{"label":1}}'),
        (b"[1,2]", b'{"SageMakerInput":[1,2],"SageMakerOutput":{"label":1}}'),
    ],
)
@pytest.mark.parametrize("content_type", [JSON, JSON_LINES])
def test_a_prediction_becomes_an_attribute_of_its_record(content_type: str, record: bytes, expected: bytes) -> None:
    assert processed(content_type, [record], b'{"label":1}', JoinSource="Input") == [expected]


def test_the_output_is_filtered_without_a_join_too() -> None:
    assert processed(JSON_LINES, [b"{}", b"{}"], b'{"a":1}\n{"a":2}', OutputFilter="$.a") == [b"1", b"2"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [(b"1\n2", "Fail to join data: mismatched line count"), (b'"', "Failed to parse output from the algorithm as CSV")],
)
def test_an_answer_that_does_not_fit_is_said(answer: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        processed(CSV, [b"1"], answer, JoinSource="Input")


def test_a_filter_that_leads_to_nothing_is_said() -> None:
    with pytest.raises(BadInput, match="OutputFilter: index 5 is out of the bounds of 2 elements"):
        processed(CSV, [b"1"], b"2", JoinSource="Input", OutputFilter="$[5]")


@pytest.mark.parametrize(("by_line", "expected"), [(True, b"a\nb\n"), (False, b"ab\n")])
def test_records_are_put_together_with_newlines_or_without(by_line: bool, expected: bytes) -> None:
    assert assembled([b"a", b"b\n"], by_line=by_line) == expected
