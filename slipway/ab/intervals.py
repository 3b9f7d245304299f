"""Confidence intervals at 95 %: of a share, of the difference of two shares, and of any other figure by resampling."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

# The normal distribution's 97.5 % point.
_Z = 1.959963984540054
_MOST_RESAMPLES, _LEAST_RESAMPLES = 1000, 200
# Items drawn in all, which takes seconds.
_DRAWN = 5_000_000

_T = TypeVar("_T")


class Interval(NamedTuple):
    """Where a figure lies in 95 of 100 samples like this."""

    low: float
    high: float


def share(hits: int, count: int) -> Interval:
    """Wilson's score interval: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209."""
    found = hits / count
    spread = 1 + _Z**2 / count
    middle = (found + _Z**2 / (2 * count)) / spread
    half = _Z / spread * math.sqrt(found * (1 - found) / count + _Z**2 / (4 * count**2))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def difference(hits: int, count: int, other_hits: int, other_count: int) -> Interval:
    """Of the first share less the other one, by Newcombe's method 10: R. G. Newcombe, Stat. Med. 17 (1998) 873."""
    first, other = hits / count, other_hits / other_count
    low, high = share(hits, count)
    other_low, other_high = share(other_hits, other_count)
    between = first - other
    return Interval(
        between - math.hypot(first - low, other_high - other), between + math.hypot(high - first, other - other_low)
    )


def resampled(figure: Callable[[Sequence[_T]], float | None], items: Sequence[_T], seed: int = 0) -> list[float]:
    """The figure of samples drawn with replacement; those of which it cannot be told are left out.

    B. Efron, Ann. Stat. 7 (1979) 1. The same items give the same samples.
    """
    chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
    rounds = max(_LEAST_RESAMPLES, min(_MOST_RESAMPLES, _DRAWN // len(items)))
    found = (figure(chance.choices(items, k=len(items))) for _ in range(rounds))
    return [value for value in found if value is not None]


def middle_95(values: Sequence[float]) -> Interval:
    """Between the 2.5th and the 97.5th percentile."""
    ordered = sorted(values)
    return Interval(_quantile(ordered, 0.025), _quantile(ordered, 0.975))


def _quantile(ordered: Sequence[float], part: float) -> float:
    """Linear between neighbours."""
    place = part * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
