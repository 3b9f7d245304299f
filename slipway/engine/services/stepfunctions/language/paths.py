"""JSONPath as the Amazon States Language takes it: paths, and the narrower reference paths.

A path begins with `$` (the data), `$$` (the context object) or `$name` (a variable). Wildcards, slices, lists of
indices, `..` and filters make a list of what they find; the others must find one thing.

docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
"""

from __future__ import annotations

import functools
import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_ROOT = re.compile(r"\$\$|\$(?P<variable>[^\W\d]\w{0,79})|\$")
_NAME = re.compile(r"[^\s.\[\]()'\"@?,]+")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_INDEX = re.compile(r"-?\d+")
_SLICE = re.compile(r"(-?\d*):(-?\d*)")
_CONDITION = re.compile(r"\s*@(?P<path>[^=!<>&|]*?)\s*(?:(?P<operator>==|!=|<=|>=|<|>)\s*(?P<literal>.+?))?\s*")
_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

Step = Callable[[Any], Iterator[Any]]


class PathError(ValueError):
    """A text that is no path."""


class NothingThere(LookupError):
    """A path that finds nothing."""


@dataclass(frozen=True)
class Path:
    """A parsed path: where it begins, and one step after the other."""

    text: str
    root: str
    steps: tuple[Step, ...]
    # Names and indices of a reference path; None when the path may find more than one thing.
    places: tuple[str | int, ...] | None = field(compare=False)

    def find(self, data: Any, context: Mapping[str, Any]) -> Any:
        """What is there; NothingThere when there is nothing."""
        found = [self._begin(data, context)]
        for step in self.steps:
            found = [inner for value in found for inner in step(value)]
        if self.places is None:
            return found
        if not found:
            raise NothingThere(self.text)
        return found[0]

    def _begin(self, data: Any, context: Mapping[str, Any]) -> Any:
        if self.root == "$":
            return data
        if self.root == "$$":
            return context_object(context)
        if self.root not in context["variables"]:
            raise NothingThere(self.text)
        return context["variables"][self.root]


def context_object(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context object that a state sees, without what the interpreter keeps beside it."""
    return {name: value for name, value in context.items() if name not in ("QueryLanguage", "variables", "assigned")}


@functools.lru_cache(maxsize=4096)
def parse(text: str) -> Path:
    """A path from its text; PathError when it is none."""
    begin = _ROOT.match(text)
    if begin is None:
        raise PathError(f"A path must begin with '$', but is '{text}'")
    steps: list[Step] = []
    places: list[str | int] | None = []
    at = begin.end()
    while at < len(text):
        at, step, place = _step(text, at)
        steps.append(step)
        places = None if place is None or places is None else [*places, place]
    root = begin["variable"] or begin[0]
    return Path(text, root, tuple(steps), None if places is None else tuple(places))


def _step(text: str, at: int) -> tuple[int, Step, str | int | None]:
    """The step at a position: where it ends, what it does, and its name or index when it leads to one place."""
    if text.startswith("..", at):
        rest = at + 2 if text.startswith("[", at + 2) else at + 1
        end, inner, _ = _step(text, rest)
        return end, lambda value: (found for one in _descendants(value) for found in inner(one)), None
    if text.startswith(".*", at):
        return at + 2, _children, None
    if text.startswith(".", at) and (name := _NAME.match(text, at + 1)):
        return name.end(), _member(name[0]), name[0]
    if text.startswith("[", at):
        return _bracket(text, at)
    raise PathError(f"Character {at} of the path '{text}' is not expected")


def _bracket(text: str, at: int) -> tuple[int, Step, str | int | None]:
    if text.startswith("[?(", at):
        end = text.find(")]", at)
        if end < 0:
            raise PathError(f"The filter of the path '{text}' is not closed")
        return end + 2, _filter(text[at + 3 : end]), None
    quoted = _QUOTED.match(text, at + 1)
    end = text.find("]", quoted.end() if quoted else at)
    if end < 0:
        raise PathError(f"The bracket of the path '{text}' is not closed")
    inside = text[at + 1 : end].strip()
    if quoted and quoted.end() == end:
        name = re.sub(r"\\(.)", r"\1", quoted[1] or quoted[2] or "")
        return end + 1, _member(name), name
    if inside == "*":
        return end + 1, _children, None
    if _INDEX.fullmatch(inside):
        return end + 1, _index(int(inside)), int(inside)
    if between := _SLICE.fullmatch(inside):
        return end + 1, _slice(*between.groups()), None
    indices = [part.strip() for part in inside.split(",")]
    if all(_INDEX.fullmatch(part) for part in indices):
        picks = [_index(int(part)) for part in indices]
        return end + 1, lambda value: (found for pick in picks for found in pick(value)), None
    raise PathError(f"'[{inside}]' of the path '{text}' is not executed by this engine")


def _member(name: str) -> Step:
    return lambda value: iter((value[name],)) if isinstance(value, Mapping) and name in value else iter(())


def _index(number: int) -> Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, list) and -len(value) <= number < len(value):
            yield value[number]

    return step


def _slice(first: str, last: str) -> Step:
    chosen = slice(int(first) if first else None, int(last) if last else None)
    return lambda value: iter(value[chosen]) if isinstance(value, list) else iter(())


def _children(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _descendants(value: Any) -> Iterator[Any]:
    yield value
    for child in _children(value):
        yield from _descendants(child)


def _filter(text: str) -> Step:
    """`@.price < 10`, `@.name`: conditions on the items of a list; no `&&`, no `||`."""
    condition = _CONDITION.fullmatch(text)
    if condition is None:
        raise PathError(f"The filter '[?({text})]' is not executed by this engine")
    inner = parse(f"${condition['path']}")
    holds = _compare(condition["operator"], condition["literal"]) if condition["operator"] else lambda _: True

    def step(value: Any) -> Iterator[Any]:
        for item in value if isinstance(value, list) else [value]:
            try:
                if holds(inner.find(item, {"variables": {}})):
                    yield item
            except NothingThere:
                continue

    return step


def _compare(symbol: str, literal: str) -> Callable[[Any], bool]:
    try:
        expected = json.loads(f'"{literal[1:-1]}"' if literal[:1] == "'" else literal)
    except ValueError as error:
        raise PathError(f"'{literal}' in a filter is no literal") from error

    def holds(value: Any) -> bool:
        same_kind = isinstance(value, bool) == isinstance(expected, bool)
        try:
            return same_kind and bool(_OPERATORS[symbol](value, expected))
        except TypeError:
            return False

    return holds
