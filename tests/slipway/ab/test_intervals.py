"""Intervals against published examples, and what holds of every one."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.ab import intervals

COUNTS = st.integers(1, 10_000).flatmap(lambda count: st.tuples(st.integers(0, count), st.just(count)))


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"), [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0)]
)
def test_a_share_lies_where_wilson_has_it(hits: int, count: int, low: float, high: float) -> None:
    assert intervals.share(hits, count) == pytest.approx((low, high), abs=5e-5)


# R. G. Newcombe, Stat. Med. 17 (1998) 873, table II.
@pytest.mark.parametrize(
    ("first", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_a_difference_of_shares_lies_where_newcombe_has_it(
    first: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    assert intervals.difference(*first, *other) == pytest.approx((low, high), abs=5e-5)


@given(COUNTS)
def test_a_share_lies_in_its_interval_and_that_between_0_and_1(found: tuple[int, int]) -> None:
    low, high = intervals.share(*found)
    assert 0 <= low <= found[0] / found[1] + 1e-12
    assert found[0] / found[1] - 1e-12 <= high <= 1


@given(COUNTS, COUNTS)
def test_a_difference_turned_around_is_the_same_with_the_other_sign(
    first: tuple[int, int], other: tuple[int, int]
) -> None:
    low, high = intervals.difference(*first, *other)
    assert intervals.difference(*other, *first) == pytest.approx((-high, -low))


def test_resampling_a_mean_gives_the_interval_of_the_normal_distribution() -> None:
    items = [float(number % 10) for number in range(400)]
    low, high = intervals.middle_95(intervals.resampled(statistics.fmean, items))
    half = 1.96 * statistics.stdev(items) / 20
    assert (low, high) == pytest.approx((4.5 - half, 4.5 + half), abs=0.05)


def test_the_same_items_give_the_same_samples_and_what_a_sample_does_not_tell_is_left_out() -> None:
    def figure(items: Sequence[int]) -> float | None:
        return statistics.fmean(items) if 1 in items else None

    found = intervals.resampled(figure, [0, 1])
    assert found == intervals.resampled(figure, [0, 1])
    assert 650 < len(found) < 850
    assert set(found) == {0.5, 1.0}


def test_many_items_are_resampled_less_often_so_that_it_stays_a_matter_of_seconds() -> None:
    assert len(intervals.resampled(len, range(20_000))) == 250
