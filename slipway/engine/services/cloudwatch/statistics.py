"""Statistics of the data points of one period.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence

from slipway.engine.services.cloudwatch.points import Point

_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)", re.IGNORECASE)

SIMPLE: Mapping[str, Callable[[Sequence[Point]], float]] = {
    "SampleCount": lambda points: sum(point.count for point in points),
    "Sum": lambda points: sum(point.sum for point in points),
    "Average": lambda points: sum(point.sum for point in points) / sum(point.count for point in points),
    "Minimum": lambda points: min(point.minimum for point in points),
    "Maximum": lambda points: max(point.maximum for point in points),
}


def is_executed(name: str) -> bool:
    """Whether a statistic is one of the five simple ones or a percentile."""
    return name in SIMPLE or _PERCENTILE.fullmatch(name) is not None


def statistic(name: str, points: Sequence[Point]) -> float | None:
    """The statistic of a period's points, None without data or where a percentile cannot be told."""
    counted = [point for point in points if point.count > 0]
    if not counted:
        return None
    if name in SIMPLE:
        return SIMPLE[name](counted)
    return _percentile(float(name[1:]), counted)


def _percentile(percent: float, points: Sequence[Point]) -> float | None:
    """Interpolated between the two nearest ranks.

    There is none with negative values, nor with statistic sets of several values: AWS says so on the page above.
    """
    if any(point.minimum < 0 or not point.is_one_value for point in points):
        return None
    ordered = sorted((point.minimum, point.count) for point in points)
    rank = percent / 100 * max(sum(count for _, count in ordered) - 1, 0)
    lower = _at_rank(ordered, math.floor(rank))
    return lower + (_at_rank(ordered, math.ceil(rank)) - lower) * (rank - math.floor(rank))


def _at_rank(ordered: Sequence[tuple[float, float]], rank: int) -> float:
    seen = 0.0
    for value, count in ordered:
        seen += count
        if rank < seen:
            return value
    return ordered[-1][0]


def by_period(points: Sequence[Point], period: float) -> dict[float, list[Point]]:
    """Points by the beginning of their period, oldest period first."""
    periods: dict[float, list[Point]] = {}
    for point in points:
        periods.setdefault(math.floor(point.at / period) * period, []).append(point)
    return periods
