"""XGBoost's hyperparameters: names, types and ranges as in config/ml-pipeline.schema.json.

SageMaker hands them over as strings: docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html.
Meaning: xgboost.readthedocs.io/en/stable/parameter.html.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from pathlib import Path

from jobs.errors import HyperparameterError


@dataclass(frozen=True)
class Number:
    """A hyperparameter's range; `above` says that the lower bound itself is not allowed."""

    default: float
    low: float
    high: float
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

    def parse(self, name: str, text: str) -> str:
        """The value, or an error that says what is allowed."""
        if text not in self.values:
            raise HyperparameterError(f"{name}: expected {' or '.join(self.values)}, found {text!r}")
        return text


KNOWN: dict[str, Number | Choice] = {
    "num_round": Number(400, 1, 10_000, integer=True),
    "early_stopping_rounds": Number(25, 1, 1000, integer=True),
    "max_depth": Number(6, 1, 20, integer=True),
    "eta": Number(0.1, 0, 1, above=True),
    "min_child_weight": Number(1, 0, 10_000),
    "gamma": Number(0, 0, 10_000),
    "subsample": Number(0.9, 0, 1, above=True),
    "colsample_bytree": Number(0.9, 0, 1, above=True),
    "lambda": Number(1, 0, 10_000),
    "alpha": Number(0, 0, 10_000),
    "max_bin": Number(256, 2, 65_536, integer=True),
    "class_weight": Choice("none", ("none", "balanced")),
    "seed": Number(42, 0, 2_147_483_647, integer=True),
}
# Those that steer the job and are no parameters of the booster.
OURS = frozenset({"num_round", "early_stopping_rounds", "class_weight"})


@dataclass(frozen=True)
class Hyperparameters:
    """Every hyperparameter with its value."""

    values: dict[str, float | str]

    def whole(self, name: str) -> int:
        """A whole number."""
        return int(self.values[name])

    @property
    def balanced(self) -> bool:
        """Whether rare classes weigh as much as common ones."""
        return self.values["class_weight"] == "balanced"

    @property
    def booster(self) -> dict[str, float | str]:
        """Those that XGBoost itself takes."""
        return {name: value for name, value in self.values.items() if name not in OURS}


def load(file: Path) -> Hyperparameters:
    """Read hyperparameters.json; without one, every hyperparameter has its default."""
    return parse(json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {})


def parse(given: dict[str, str]) -> Hyperparameters:
    """Check every hyperparameter by name, type and range."""
    for name in given:
        if name not in KNOWN:
            close = difflib.get_close_matches(name, KNOWN, 1)
            hint = f"; did you mean {close[0]}?" if close else f"; known are {', '.join(KNOWN)}"
            raise HyperparameterError(f"unknown hyperparameter {name!r}{hint}")
    values = {name: known.parse(name, given[name]) if name in given else known.default for name, known in KNOWN.items()}
    return Hyperparameters(values)
