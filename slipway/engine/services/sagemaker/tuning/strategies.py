"""Who chooses the hyperparameters of the next trial.

docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-how-it-works.html
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from typing import Protocol

from slipway.engine.services.sagemaker.tuning.ranges import Choice, Range

Values = dict[str, str]
_TRIES = 100


class Strategy(Protocol):
    """Is asked for a trial's values, and told what came of it."""

    def ask(self, number: int) -> Values | None:
        """The values of the trial `number`; None when there is nothing left to try."""

    def tell(self, number: int, value: float | None) -> None:
        """The trial's objective; None when it has none."""

    def close(self) -> None:
        """Nothing more will be asked."""


class Random:
    """Draws every trial by itself, and none twice while there are others."""

    def __init__(self, ranges: Sequence[Range], seed: int | None) -> None:
        self._ranges = ranges
        self._random = random.Random(seed)  # noqa: S311 - a search, not secrets
        self._seen: set[tuple[str, ...]] = set()

    def ask(self, number: int) -> Values | None:
        """Draw a combination that was not drawn before, if a few tries find one."""
        del number
        drawn = self._drawn()
        for _ in range(_TRIES):
            if tuple(drawn.values()) not in self._seen:
                break
            drawn = self._drawn()
        self._seen.add(tuple(drawn.values()))
        return drawn

    def tell(self, number: int, value: float | None) -> None:
        """A draw does not depend on what others found."""

    def close(self) -> None:
        """Nothing is held."""

    def _drawn(self) -> Values:
        return {item.name: self._one(item) for item in self._ranges}

    def _one(self, item: Range) -> str:
        return (
            self._random.choice(item.values)
            if isinstance(item, Choice)
            else item.text(self._random.uniform(*item.line))
        )


class Grid:
    """Tries every combination of categories once."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        self._names = [choice.name for choice in choices]
        self._left = itertools.product(*(choice.values for choice in choices))

    def ask(self, number: int) -> Values | None:
        """The next combination."""
        del number
        combination = next(self._left, None)
        return None if combination is None else dict(zip(self._names, combination, strict=True))

    def tell(self, number: int, value: float | None) -> None:
        """The order does not depend on what others found."""

    def close(self) -> None:
        """Nothing is held."""
