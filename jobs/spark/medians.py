"""Medians of columns that no machine holds: values are counted in ever smaller spans, until few are left to fetch.

The result is exact. A span is one of the order of all doubles, in which a double is a whole number of 64 bits; each
pass over the rows counts, for all columns at once, how many values fall into each of a span's buckets.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING

from jobs.encoder import boolean, clean, number
from jobs.errors import TableError
from jobs.rows import Row
from jobs.settings import Column, Settings

if TYPE_CHECKING:
    from jobs.spark.preparation import Table

BUCKETS = 4096
# So many values of a column are fetched and sorted.
FEW = 10_000
_LAST = 2**63 - 1


@dataclass(frozen=True)
class Span:
    """The values of a column from `low` to `high`, of which those of the ranks (from 0, in the span) are wanted."""

    column: str
    low: int
    high: int
    size: int
    ranks: tuple[int, ...]

    @property
    def small(self) -> bool:
        """Whether its values can be fetched, or are all the same."""
        return self.size <= FEW or self.low == self.high

    def bucket(self, key: int) -> int:
        """The bucket that a value of the span falls into."""
        return (key - self.low) * BUCKETS // (self.high - self.low + 1)

    def narrowed(self, counts: Counter[int]) -> Iterator[Span]:
        """The buckets that hold a wanted value, as spans."""
        buckets = sorted(counts)
        before = [0, *accumulate(counts[bucket] for bucket in buckets)]
        holders: dict[int, list[int]] = {}
        for rank in self.ranks:
            holders.setdefault(bisect_right(before, rank) - 1, []).append(rank)
        width = self.high - self.low + 1
        for index, ranks in holders.items():
            # The first and the last key whose bucket is this one.
            low = self.low - (-buckets[index] * width // BUCKETS)
            high = self.low - (-(buckets[index] + 1) * width // BUCKETS) - 1
            inside = tuple(rank - before[index] for rank in ranks)
            yield Span(self.column, low, high, counts[buckets[index]], inside)


def medians(table: Table, counts: Mapping[str, int], settings: Settings) -> dict[str, float | None]:
    """The median of each number and boolean column over the training rows; None for a column without a value."""
    columns = [column for column in settings.features if column.type != "category"]
    spans = [_whole(column.name, counts[column.name]) for column in columns if counts.get(column.name)]
    while not all(span.small for span in spans):
        counted = _sum(table.each(partial(_count, settings, spans)))
        spans = [
            narrower
            for position, span in enumerate(spans)
            for narrower in ([span] if span.small else span.narrowed(counted[position]))
        ]
    middles = _middles(table, spans, settings)
    return {column.name: _between(middles.get(column.name, [])) for column in columns}


def _sum(counted: Iterable[list[Counter[int]]]) -> list[Counter[int]]:
    """The counts of all files, span by span."""
    return [sum(counts, Counter()) for counts in zip(*counted, strict=True)]


def key(value: float) -> int:
    """A double's place among all doubles; both zeros have the same."""
    bits: int = struct.unpack(">q", struct.pack(">d", value + 0.0))[0]
    return bits if bits >= 0 else -(bits & _LAST)


def value_of(place: int) -> float:
    """The double at a place."""
    value: float = struct.unpack(">d", struct.pack(">q", abs(place)))[0]
    return value if place >= 0 else -value


def _whole(column: str, size: int) -> Span:
    return Span(column, -_LAST, _LAST, size, tuple(sorted({(size - 1) // 2, size // 2})))


def _keys(
    settings: Settings, spans: list[Span], wanted: list[int], found: Iterable[Row | TableError]
) -> Iterator[tuple[int, int]]:
    """The values of training rows that fall into wanted spans: the span's position, and the value's key."""
    types = {column.name: column for column in settings.features}
    where = [(position, settings.header.index(spans[position].column), spans[position]) for position in wanted]
    for row in found:
        if isinstance(row, Row) and row.part == "train":
            for position, index, span in where:
                place = _key(row.values[index], types[span.column], settings)
                if place is not None and span.low <= place <= span.high:
                    yield position, place


def _key(text: str, column: Column, settings: Settings) -> int | None:
    value = clean(text, settings.missing_values)
    return None if value is None else key(number(value) if column.type == "number" else boolean(value))


def _count(settings: Settings, spans: list[Span], _index: int, found: Iterable[Row | TableError]) -> list[Counter[int]]:
    counts: list[Counter[int]] = [Counter() for _ in spans]
    wanted = [position for position, span in enumerate(spans) if not span.small]
    for position, place in _keys(settings, spans, wanted, found):
        counts[position][spans[position].bucket(place)] += 1
    return counts


def _fetch(settings: Settings, spans: list[Span], _index: int, found: Iterable[Row | TableError]) -> list[list[int]]:
    values: list[list[int]] = [[] for _ in spans]
    wanted = [position for position, span in enumerate(spans) if span.low < span.high]
    for position, place in _keys(settings, spans, wanted, found):
        values[position].append(place)
    return values


def _middles(table: Table, spans: list[Span], settings: Settings) -> dict[str, list[float]]:
    """The one or two values in the middle of each column, in order."""
    middles: dict[str, list[float]] = {}
    fetched = table.each(partial(_fetch, settings, spans)) if spans else []
    for position, span in enumerate(spans):
        values = sorted(place for file in fetched for place in file[position])
        places = [span.low if span.low == span.high else values[rank] for rank in span.ranks]
        middles.setdefault(span.column, []).extend(map(value_of, places))
    return {column: sorted(values) for column, values in middles.items()}


def _between(middle: list[float]) -> float | None:
    """The value in the middle, or half-way between two, computed as polars does."""
    return middle[0] + (middle[-1] - middle[0]) * 0.5 if middle else None
