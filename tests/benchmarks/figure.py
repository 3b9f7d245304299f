"""One measured number, beside the number that gives it its meaning."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`what` took or makes `value` of `unit`; `beside` is a budget or another measurement, in the same unit."""

    what: str
    value: float
    unit: str
    beside: float
    beside_what: str = "budget"

    @property
    def ratio(self) -> float:
        """How many times `beside` it is; of a budget, up to 1 is kept."""
        return self.value / self.beside

    def row(self) -> str:
        """The figure as a row of a Markdown table."""
        beside = f"{self.beside_what} {_number(self.beside)} {self.unit}"
        return f"| {self.what} | {_number(self.value)} {self.unit} | {beside} | {_number(self.ratio)} |"


HEADER = "| figure | measured | beside | ratio |\n| --- | ---: | ---: | ---: |"


def _number(value: float) -> str:
    """Three digits that count, and no more than a person reads."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def seconds(work: Callable[[], object]) -> float:
    """What `work` takes once."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


def median_milliseconds(work: Callable[[], object], times: int) -> float:
    """The median of what `work` takes, after a first time that is not counted."""
    work()
    return statistics.median(seconds(work) for _ in range(times)) * 1000
