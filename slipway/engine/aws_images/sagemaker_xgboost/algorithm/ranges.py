"""Kinds of hyperparameters: how a text is read, and which values are allowed, in the words of AWS's container."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .errors import UserError


@dataclass(frozen=True)
class Interval:
    """Numbers between two ends, each in the interval (closed) or not (open), or without one."""

    least: float | None = None
    most: float | None = None
    open_least: bool = False
    open_most: bool = False

    def __contains__(self, value: float) -> bool:
        above = self.least is None or value > self.least or (value == self.least and not self.open_least)
        below = self.most is None or value < self.most or (value == self.most and not self.open_most)
        return above and below

    def __str__(self) -> str:
        left = "(-inf" if self.least is None else f"{'(' if self.open_least else '['}{self.least:g}"
        right = "+inf)" if self.most is None else f"{self.most:g}{')' if self.open_most else ']'}"
        return f"{left}, {right}"


def at_least(value: float) -> Interval:
    """Closed below, without an end above."""
    return Interval(value)


def above(value: float) -> Interval:
    """Open below, without an end above."""
    return Interval(value, open_least=True)


@dataclass(frozen=True)
class Number:
    """`read` is int or float."""

    read: type
    range: Interval

    def parse(self, name: str, text: str) -> Any:
        """The number; UserError when it is none, or outside."""
        try:
            value = self.read(text)
        except ValueError as error:
            raise UserError(f"Hyperparameter {name}: could not parse value (caused by ValueError)") from error
        if value not in self.range:
            raise UserError(f"Hyperparameter {name}: {value} is not in {self.range}")
        return value


@dataclass(frozen=True)
class Choice:
    """One of some words."""

    words: Sequence[str]

    def parse(self, name: str, text: str) -> Any:
        """The word."""
        if text not in self.words:
            raise UserError(f"Hyperparameter {name}: {text} is not in {list(self.words)}")
        return text


@dataclass(frozen=True)
class Words:
    """Several words, separated by commas."""

    words: Sequence[str]

    def parse(self, name: str, text: str) -> Any:
        """The words."""
        given = text.split(",")
        if any(word not in self.words for word in given):
            raise UserError(f"Hyperparameter {name}: value {given} not in range {list(self.words)}")
        return given


@dataclass(frozen=True)
class Tuple:
    """`(1,0,-1)`; each of them from `values`."""

    values: Sequence[int]

    def parse(self, name: str, text: str) -> Any:
        """XGBoost's own form of it."""
        given = _literal(name, text)
        if not isinstance(given, tuple) or any(value not in self.values for value in given):
            raise UserError(f"Hyperparameter {name}: value {given} not in range {list(self.values)}")
        return str(given)


@dataclass(frozen=True)
class Lists:
    """`[[1,2],[3,4]]`."""

    range: Interval

    def parse(self, name: str, text: str) -> Any:
        """XGBoost's own form of it."""
        given = _literal(name, text)
        inner = given if isinstance(given, list) and all(isinstance(item, list) for item in given) else [[None]]
        if any(not isinstance(value, int) or value not in self.range for item in inner for value in item):
            raise UserError(f"Hyperparameter {name}: value {given} not in range {self.range}")
        return str(given)


def _literal(name: str, text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError) as error:
        raise UserError(f"Hyperparameter {name}: could not parse value (caused by ValueError)") from error


Kind = Number | Choice | Words | Tuple | Lists
