"""The hyperparameters that are searched."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.services.sagemaker.tuning.ranges import LINEAR, LOGARITHMIC, Choice, Number, RangeInvalid, parse

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-ranges.html"
)
SCALES = ("Auto", "Linear", "Logarithmic", "ReverseLogarithmic")


def continuous(low: str, high: str, scale: str = "Auto") -> dict[str, Any]:
    """ParameterRanges with one continuous hyperparameter."""
    item = {"Name": "x", "MinValue": low, "MaxValue": high, "ScalingType": scale}
    return {"ContinuousParameterRanges": [item]}


def integer(low: str, high: str, scale: str = "Auto") -> dict[str, Any]:
    """ParameterRanges with one integer hyperparameter."""
    return {"IntegerParameterRanges": continuous(low, high, scale)["ContinuousParameterRanges"]}


def number(given: dict[str, Any]) -> Number:
    """The only range."""
    (found,) = parse(given)
    assert isinstance(found, Number)
    return found


@given(st.floats(0.001, 0.99), st.floats(0.001, 0.99), st.floats(0, 1), st.sampled_from(SCALES))
def test_a_place_on_the_line_is_a_value_of_the_range_and_back(a: float, b: float, part: float, scale: str) -> None:
    found = number(continuous(repr(min(a, b)), repr(max(a, b)), scale))
    low, high = found.line
    place = low + part * (high - low)
    text = found.text(place)
    assert found.low <= float(text) <= found.high
    back = found.place(text)
    assert back is not None
    assert back == pytest.approx(min(max(place, low), high), abs=1e-6)


@given(st.integers(1, 50), st.integers(0, 50), st.floats(0, 1), st.sampled_from(SCALES[:3]))
def test_an_integer_is_whole_and_within_its_bounds(low: int, more: int, part: float, scale: str) -> None:
    found = number(integer(str(low), str(low + more), scale))
    first, last = found.line
    value = int(found.text(first + part * (last - first)))
    assert low <= value <= low + more


def test_the_ends_of_an_integer_range_are_as_likely_as_the_others() -> None:
    found = number(integer("1", "3"))
    assert found.line == (0.5, 3.5)
    assert [found.text(place) for place in (0.5, 1.4, 1.6, 2.6, 3.5)] == ["1", "1", "2", "3", "3"]


@pytest.mark.parametrize(("high", "scale"), [("1", LINEAR), ("999", LOGARITHMIC)])
def test_auto_looks_at_logarithms_where_a_range_spans_several_orders(high: str, scale: object) -> None:
    assert number(continuous("0.1", high)).scale is scale


def test_categories_keep_their_order_and_lose_copies() -> None:
    (found,) = parse({"CategoricalParameterRanges": [{"Name": "c", "Values": ["b", "a", "b"]}]})
    assert found == Choice("c", ("b", "a"))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (continuous("a", "1"), "a bound of the hyperparameter x is not a number"),
        (integer("0.5", "1"), "a bound of the hyperparameter x is not a number"),
        (continuous("2", "1"), "must be at most its MaxValue"),
        (continuous("0", "inf"), "must be at most its MaxValue"),
        (continuous("0", "1", "Logarithmic"), "needs values greater than 0"),
        (continuous("0", "1", "ReverseLogarithmic"), "needs values in 0 <= x < 1"),
        (integer("0", "0", "ReverseLogarithmic"), "not supported for the integer hyperparameter"),
        ({**continuous("0", "1"), **integer("0", "1")}, "has more than one range"),
    ],
)
def test_a_range_that_cannot_be_searched_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(RangeInvalid, match=says):
        parse(given)


@pytest.mark.parametrize("text", ["", "red", "4", "nan"])
def test_a_value_of_an_earlier_job_that_is_outside_has_no_place(text: str) -> None:
    assert number(integer("1", "3")).place(text) is None
