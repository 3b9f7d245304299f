"""Hyperparameters: their kinds, and reading them. Which there are, each module of jobs/algorithms/ says.

SageMaker hands them over as strings: docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jobs.algorithms import DEFAULT
from jobs.errors import HyperparameterError


@dataclass(frozen=True)
class Number:
    """A hyperparameter's range; `above` says that the lower bound itself is not allowed."""

    default: float
    low: float
    high: float
    description: str
    integer: bool = False
    above: bool = False

    def parse(self, name: str, text: str) -> float:
        """The value, or an error that says what is allowed."""
        try:
            value = int(text) if self.integer else float(text)
        except ValueError:
            raise HyperparameterError(f"{name}: expected {self}, found {text!r}") from None
        # Written so that NaN, which compares false with everything, is out of range.
        if not (self.low < value <= self.high or (value == self.low and not self.above)):
            raise HyperparameterError(f"{name}: expected {self}, found {text}")
        return value

    def __str__(self) -> str:
        kind = "a whole number" if self.integer else "a number"
        return f"{kind} {'above' if self.above else 'from'} {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Choice:
    """A hyperparameter that takes one of a few words."""

    default: str
    values: tuple[str, ...]
    description: str

    def parse(self, name: str, text: str) -> str:
        """The value, or an error that says what is allowed."""
        if text not in self.values:
            raise HyperparameterError(f"{name}: expected {' or '.join(self.values)}, found {text!r}")
        return text


# The one that names the algorithm; the others are the algorithm's own.
ALGORITHM = "algorithm"
# What a tuning job adds to those of its trials, for images that choose their metric by it:
# docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-metrics-variables.html
TUNING = frozenset({"_tuning_objective_metric"})


@dataclass(frozen=True)
class Hyperparameters:
    """Every hyperparameter with its value."""

    values: dict[str, float | str]

    def whole(self, name: str) -> int:
        """A whole number."""
        return int(self.values[name])


def read(file: Path) -> tuple[str, dict[str, str]]:
    """The algorithm's name and what hyperparameters.json gives; without the file, the default and nothing."""
    given: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    name = given.pop(ALGORITHM, DEFAULT)
    return name, {key: value for key, value in given.items() if key not in TUNING}


def parse(given: dict[str, str], known: Mapping[str, Number | Choice]) -> Hyperparameters:
    """Check every hyperparameter by name, type and range; one that is not given has its default."""
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known)}"
            raise HyperparameterError(f"unknown hyperparameter {name!r}{hint}")
    return Hyperparameters(
        {name: kind.parse(name, given[name]) if name in given else kind.default for name, kind in known.items()}
    )
