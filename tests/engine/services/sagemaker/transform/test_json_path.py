"""The JSONPath of batch transform's filters."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.services.sagemaker.transform.json_path import PathInvalid, PathMissing, parse, select

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html")
ROW = ["id", "a", "b", "c", "d", "e"]
DOCUMENT = {"id": 7, "features": [1, 2], "deep": {"one": 1, "two": {"x": 2}}, "a b": 3}


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("$", ROW, ROW),
        ("$[0]", ROW, "id"),
        ("$[-1]", ROW, "e"),
        ("$[1,3,5]", ROW, ["a", "c", "e"]),
        ("$[1:]", ROW, ["a", "b", "c", "d", "e"]),
        ("$[1:4]", ROW, ["a", "b", "c", "d"]),
        ("$[:5]", ROW, ROW),
        ("$[0,4:]", ROW, ["id", "d", "e"]),
        ("$[-2:]", ROW, ["d", "e"]),
        ("$.features", DOCUMENT, [1, 2]),
        ("$['id','features']", DOCUMENT, {"id": 7, "features": [1, 2]}),
        ("$.deep.['one']", DOCUMENT, 1),
        ("$.deep.two.x", DOCUMENT, 2),
        ("$.deep.*", DOCUMENT, [1, {"x": 2}]),
        ("$.features[*]", DOCUMENT, [1, 2]),
        ('$["a b"]', DOCUMENT, 3),
    ],
)
def test_the_operators_that_the_page_lists(path: str, value: Any, expected: Any) -> None:
    assert select(value, parse(path)) == expected


@pytest.mark.parametrize("path", ["", "features", "$..id", "$[", "$[a]", "$['a'x]", "$[1:2:3]", "$[?(@.x)]", "$ "])
def test_another_operator_is_refused_with_the_path(path: str) -> None:
    with pytest.raises(PathInvalid, match=r"begin with|not an operator|neither an index|not closed|quoted names"):
        parse(path)


@pytest.mark.parametrize(
    ("path", "says"), [("$[6]", "index 6 is out"), ("$.id", "no attribute 'id'"), ("$[0][0]", "is not an array")]
)
def test_what_is_not_there_is_said(path: str, says: str) -> None:
    with pytest.raises(PathMissing, match=says):
        select(ROW, parse(path))


@given(st.lists(st.integers(), min_size=1), st.data())
def test_a_slice_has_both_its_ends(row: list[int], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(row) - 1))
    last = data.draw(st.integers(first, len(row) - 1))
    assert select(row, parse(f"$[{first}:{last}]")) == row[first : last + 1]
    assert select(row, parse(f"$[{first}:]")) + select(row, parse(f"$[:{first}]"))[:0] == row[first:]


@given(st.text(max_size=63))
def test_any_text_is_a_path_or_refused(text: str) -> None:
    try:
        steps = parse(text)
    except PathInvalid:
        return
    assert text.startswith("$")
    assert bool(steps) == (text != "$")
