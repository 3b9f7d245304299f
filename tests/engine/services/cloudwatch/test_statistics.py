"""Statistics of a period's points."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.services.cloudwatch.points import Point
from slipway.engine.services.cloudwatch.statistics import by_period, is_executed, statistic

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html"
)
VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=20)


def value(number: float, count: float = 1.0, at: float = 0.0) -> Point:
    return Point(at, count, number * count, number, number)


@given(VALUES)
def test_simple_statistics_are_those_of_the_values(numbers: list[float]) -> None:
    points = [value(number) for number in numbers]
    assert statistic("SampleCount", points) == len(numbers)
    assert statistic("Sum", points) == pytest.approx(sum(numbers))
    assert statistic("Average", points) == pytest.approx(statistics.fmean(numbers))
    assert (statistic("Minimum", points), statistic("Maximum", points)) == (min(numbers), max(numbers))


@given(VALUES)
def test_the_fiftieth_percentile_is_the_median(numbers: list[float]) -> None:
    assert statistic("p50", [value(number) for number in numbers]) == pytest.approx(statistics.median(numbers))


def test_a_value_counts_as_often_as_it_was_seen() -> None:
    points = [value(1.0, count=9), value(100.0)]
    assert statistic("Average", points) == pytest.approx(10.9)
    assert statistic("p90", points) == pytest.approx(10.9)
    assert statistic("p99.9", points) == pytest.approx(99.109)


@pytest.mark.parametrize("points", [[], [Point(0, 2, 3, 1, 2)], [value(-1.0)]])
def test_there_is_no_percentile_without_data_of_ranges_or_of_negative_values(points: list[Point]) -> None:
    assert statistic("p50", points) is None


def test_a_statistic_set_of_equal_values_has_a_percentile() -> None:
    assert statistic("p10", [Point(0, 3, 6, 2, 2)]) == 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Sum", True), ("p99", True), ("p99.9", True), ("p100", True), ("p101", False), ("tm99", False)],
)
def test_simple_statistics_and_percentiles_are_executed(name: str, expected: bool) -> None:
    assert is_executed(name) is expected


def test_points_belong_to_the_period_that_they_began_in() -> None:
    points = [value(1, at=59.9), value(2, at=60.0), value(3, at=119.9)]
    assert by_period(points, 60) == {0: points[:1], 60: points[1:]}
