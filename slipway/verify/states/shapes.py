"""What is known of a value before anything runs: an object's fields, each with its own shape, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# Nothing is known, so that every field may be there.
Shape = Mapping[str, "Shape"] | None
ANY: Final = None

# Deeper than this nothing is kept: a state that wraps its own output in each round would never come to rest.
_DEEPEST = 8


def merged(one: Shape, other: Shape) -> Shape:
    """Either of two: the fields of both, since which of them it is shows only in an execution."""
    if one is None or other is None:
        return ANY
    names = {*one, *other}
    return {name: merged(one.get(name, other.get(name)), other.get(name, one.get(name))) for name in names}


def bounded(shape: Shape, depth: int = _DEEPEST) -> Shape:
    """A shape without what lies too deep."""
    if shape is None or depth == 0:
        return ANY
    return {name: bounded(inner, depth - 1) for name, inner in shape.items()}
