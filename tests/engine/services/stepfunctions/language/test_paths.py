"""JSONPath: what a path finds, and what is no path."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.services.stepfunctions.language import paths

pytestmark = pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html")

DATA = {
    "store": {"books": [{"title": "A", "price": 8}, {"title": "B", "price": 12}, {"price": True}], "a b": 1},
    "items": [1, 2, 3, 4],
}
CONTEXT = {"Execution": {"Name": "run"}, "variables": {"rate": 2, "row": {"x": [5]}}, "assigned": {}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        pytest.param("$", DATA, id="everything"),
        pytest.param("$.store.books[0].title", "A", id="a member"),
        pytest.param("$['store']['a b']", 1, id="a quoted member"),
        pytest.param("$.items[-1]", 4, id="an index from the end"),
        pytest.param("$.items[1:3]", [2, 3], id="a slice"),
        pytest.param("$.items[0,2]", [1, 3], id="several indices"),
        pytest.param("$.items[*]", [1, 2, 3, 4], id="a wildcard"),
        pytest.param("$..title", ["A", "B"], id="at any depth"),
        pytest.param("$.store.books[?(@.price > 9)].title", ["B"], id="a filter"),
        pytest.param("$.store.books[?(@.title == 'A')].price", [8], id="a filter by text"),
        pytest.param("$.store.books[?(@.title)].price", [8, 12], id="a filter by presence"),
        pytest.param("$.nothing[*]", [], id="a wildcard that finds nothing"),
        pytest.param("$$.Execution.Name", "run", id="the context object"),
        pytest.param("$rate", 2, id="a variable"),
        pytest.param("$row.x[0]", 5, id="inside a variable"),
    ],
)
def test_a_path_finds(path: str, found: Any) -> None:
    assert paths.parse(path).find(DATA, CONTEXT) == found


@pytest.mark.parametrize("path", ["$.nothing", "$.items[9]", "$.items.length", "$unknown", "$$.variables"])
def test_a_path_that_finds_nothing_says_so(path: str) -> None:
    with pytest.raises(paths.NothingThere):
        paths.parse(path).find(DATA, CONTEXT)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("store", "A path must begin with", id="no dollar"),
        pytest.param("$.", "Character 1 of the path", id="a dot at the end"),
        pytest.param("$.a[", "is not closed", id="an open bracket"),
        pytest.param("$.a[(@.length-1)]", "is not executed by this engine", id="a script"),
        pytest.param("$.a[?(@.x == 1 && @.y == 2)]", "in a filter is no literal", id="a filter with two conditions"),
    ],
)
def test_a_text_that_is_no_path_is_refused(text: str, message: str) -> None:
    with pytest.raises(paths.PathError, match=message):
        paths.parse(text)


def test_a_reference_path_names_one_place() -> None:
    assert paths.parse("$.a['b'][2]").places == ("a", "b", 2)
    assert paths.parse("$.a[*]").places is None
