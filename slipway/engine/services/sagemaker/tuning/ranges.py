"""The hyperparameters that are searched. A number's scale is a place to look for it: strategies see straight lines.

docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-ranges.html
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

# Auto looks at logarithms from this ratio of the bounds on; AWS says only that it chooses the best scale.
_SEVERAL_ORDERS = 1000


class RangeInvalid(Exception):
    """A range cannot be searched; the text says why."""


@dataclass(frozen=True)
class Scale:
    """From a value to its place on the line, and back."""

    place: Callable[[float], float]
    value: Callable[[float], float]


LINEAR = Scale(float, float)
LOGARITHMIC = Scale(math.log, math.exp)
REVERSE = Scale(lambda value: -math.log1p(-value), lambda place: -math.expm1(-place))


@dataclass(frozen=True)
class Number:
    """An integer or continuous hyperparameter."""

    name: str
    low: float
    high: float
    scale: Scale
    whole: bool

    @property
    def line(self) -> tuple[float, float]:
        """The ends of the line; an integer has as much of it before as behind itself."""
        margin = 0.5 if self.whole else 0.0
        return self.scale.place(self.low - margin), self.scale.place(self.high + margin)

    def text(self, place: float) -> str:
        """The hyperparameter's value at a place."""
        value = self.scale.value(place)
        bounded = min(max(round(value) if self.whole else value, self.low), self.high)
        return str(int(bounded)) if self.whole else repr(float(bounded))

    def place(self, text: str) -> float | None:
        """Where a value is; None when it is none, or outside the range."""
        try:
            value = float(text)
        except ValueError:
            return None
        return self.scale.place(value) if self.low <= value <= self.high else None


@dataclass(frozen=True)
class Choice:
    """A categorical hyperparameter."""

    name: str
    values: tuple[str, ...]


Range = Number | Choice


def parse(given: dict[str, Any]) -> list[Range]:
    """The ranges of a request's ParameterRanges; RangeInvalid."""
    found = list(_ranges(given))
    names = [item.name for item in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RangeInvalid(f"the hyperparameter {twice[0]} has more than one range")
    return found


def _ranges(given: dict[str, Any]) -> Iterator[Range]:
    for item in given.get("IntegerParameterRanges", []):
        yield _number(item, whole=True)
    for item in given.get("ContinuousParameterRanges", []):
        yield _number(item, whole=False)
    for item in given.get("CategoricalParameterRanges", []):
        yield Choice(item["Name"], tuple(dict.fromkeys(item["Values"])))


def _number(item: dict[str, str], *, whole: bool) -> Number:
    name = item["Name"]
    try:
        low, high = ((int if whole else float)(item[bound]) for bound in ("MinValue", "MaxValue"))
    except ValueError as error:
        raise RangeInvalid(f"a bound of the hyperparameter {name} is not a number: {error}") from error
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise RangeInvalid(f"MinValue of the hyperparameter {name} must be at most its MaxValue ({low} and {high})")
    return Number(name, low, high, _scale(name, item.get("ScalingType", "Auto"), low, high, whole=whole), whole)


def _scale(name: str, kind: str, low: float, high: float, *, whole: bool) -> Scale:
    if kind == "Auto":
        return LOGARITHMIC if low > 0 and high / low >= _SEVERAL_ORDERS else LINEAR
    if kind == "Logarithmic":
        if low <= 0:
            raise RangeInvalid(f"Logarithmic scaling of the hyperparameter {name} needs values greater than 0")
        return LOGARITHMIC
    if kind == "ReverseLogarithmic":
        if whole:
            raise RangeInvalid(f"ReverseLogarithmic scaling is not supported for the integer hyperparameter {name}")
        if not 0 <= low <= high < 1:
            raise RangeInvalid(f"ReverseLogarithmic scaling of the hyperparameter {name} needs values in 0 <= x < 1")
        return REVERSE
    return LINEAR
