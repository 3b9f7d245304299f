"""The JSONPath that InputFilter and OutputFilter take.

docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html#data-processing-operators
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_NAME = re.compile(r"\.([^.\[\]*'\"\s]+)")
_QUOTED = re.compile(r"\s*(?:'([^']*)'|\"([^\"]*)\")\s*")
_SLICE = re.compile(r"(-?\d+)?:(-?\d+)?")
_INDEX = re.compile(r"-?\d+")


class PathInvalid(Exception):
    """The text is not a path of the subset that SageMaker documents."""


class PathMissing(Exception):
    """The path leads to nothing in a record."""


@dataclass(frozen=True)
class Names:
    """`.name`, `['name']` or `['one','two']`."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Places:
    """`[1]`, `[1,3]`, `[2:5]` or `[0,5:]`: each an index, or first and last of a slice."""

    places: tuple[int | tuple[int | None, int | None], ...]


@dataclass(frozen=True)
class Every:
    """`*`: all elements of an array, all values of an object."""


Step = Names | Places | Every
Path = Sequence[Step]


def parse(text: str) -> list[Step]:
    """The steps after `$`; PathInvalid says what is wrong."""
    if not text.startswith("$"):
        raise PathInvalid(f"{text!r} does not begin with $")
    steps: list[Step] = []
    at = 1
    while at < len(text):
        step, at = _step(text, at)
        steps.append(step)
    return steps


def _step(text: str, at: int) -> tuple[Step, int]:
    if text.startswith(".*", at):
        return Every(), at + 2
    if named := _NAME.match(text, at):
        return Names((named[1],)), named.end()
    if text.startswith((".[", "["), at):
        begin = text.index("[", at) + 1
        end = _closing(text, begin)
        return _bracket(text, text[begin:end]), end + 1
    raise PathInvalid(f"{text!r}: {text[at:]!r} is not an operator that is supported")


def _closing(text: str, begin: int) -> int:
    """Where the bracket closes: not within a quoted name."""
    quote = ""
    for at in range(begin, len(text)):
        if quote:
            quote = "" if text[at] == quote else quote
        elif text[at] in "'\"":
            quote = text[at]
        elif text[at] == "]":
            return at
    raise PathInvalid(f"{text!r}: a bracket is not closed")


def _bracket(text: str, inside: str) -> Step:
    if inside.strip() == "*":
        return Every()
    if inside.lstrip()[:1] in {"'", '"'}:
        return Names(tuple(_quoted(text, inside)))
    return Places(tuple(_place(text, item.strip()) for item in inside.split(",")))


def _quoted(text: str, inside: str) -> list[str]:
    names: list[str] = []
    at = 0
    while True:
        found = _QUOTED.match(inside, at)
        if found is None:
            raise PathInvalid(f"{text!r}: [{inside}] is not a list of quoted names")
        names.append(found[1] if found[1] is not None else found[2])
        if found.end() == len(inside):
            return names
        if inside[found.end()] != ",":
            raise PathInvalid(f"{text!r}: [{inside}] is not a list of quoted names")
        at = found.end() + 1


def _place(text: str, item: str) -> int | tuple[int | None, int | None]:
    if _INDEX.fullmatch(item):
        return int(item)
    if bounds := _SLICE.fullmatch(item):
        first, last = bounds.groups()
        return (None if first is None else int(first), None if last is None else int(last))
    raise PathInvalid(f"{text!r}: {item!r} is neither an index nor a slice")


def select(value: Any, path: Path) -> Any:
    """What `path` leads to. A wildcard, a slice or several indices give an array, several names an object."""
    for number, step in enumerate(path):
        if isinstance(step, Names):
            value = _named(value, step.names)
        elif isinstance(step, Places) and len(step.places) == 1 and isinstance(step.places[0], int):
            value = _element(value, step.places[0])
        else:
            found = _elements(value) if isinstance(step, Every) else _placed(value, step)
            return [select(item, path[number + 1 :]) for item in found]
    return value


def _named(value: Any, names: Sequence[str]) -> Any:
    missing = [name for name in names if not isinstance(value, dict) or name not in value]
    if missing:
        raise PathMissing(f"the record has no attribute {missing[0]!r}")
    return value[names[0]] if len(names) == 1 else {name: value[name] for name in names}


def _elements(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return _array(value)


def _array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise PathMissing("the record is not an array where the path has an index")
    return value


def _element(value: Any, index: int) -> Any:
    array = _array(value)
    if not -len(array) <= index < len(array):
        raise PathMissing(f"index {index} is out of the bounds of {len(array)} elements")
    return array[index]


def _placed(value: Any, step: Places) -> list[Any]:
    found: list[Any] = []
    for place in step.places:
        found += [_element(value, place)] if isinstance(place, int) else _slice(_array(value), *place)
    return found


def _slice(array: list[Any], first: int | None, last: int | None) -> list[Any]:
    """Both ends are inclusive: the page says that `$[1:4]` is the second through fifth columns."""
    begin = 0 if first is None else first
    end = -1 if last is None else last
    begin, end = (bound + len(array) if bound < 0 else bound for bound in (begin, end))
    return array[max(begin, 0) : end + 1] if end >= 0 else []
