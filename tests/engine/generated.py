"""Parameters of operations, made by chance from botocore's models: the members, types, lengths and patterns of a shape.

The choices are those of a `Random`: one with a seed, or one of Hypothesis, which then finds the smallest that fails.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from random import Random
from typing import Any

import regex
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

# Deep enough for every shape's required members; what nests without end ends here.
_DEEPEST = 6
_LONGEST = 200
_TEXTS = (
    "fuzz",
    "fuzz-1",
    "Fuzz2",
    "/fuzz/one",
    "fuzz one",
    "1",
    "12",
    "30",
    "2147483647",
    "111122223333",
    "true",
    "*",
    "$LATEST",
    "$.fuzz",
    "{}",
    "us-east-1",
    "fuzz@example.com",
    "rate(5 minutes)",
    "cron(0 12 * * ? *)",
    "ml.m5.large",
    "a" * 20,
    "0123456789abcdef" * 2 + "01234567",
    "0123456789abcdef" * 4,
    "sha256:" + "0123456789abcdef" * 4,
    "01234567-89ab-cdef-0123-456789abcdef",
    "2026-11-21T03:49:18Z",
    "s3://fuzz/one",
    "https://s3.us-east-1.amazonaws.com/fuzz/one",
    "https://example.com/fuzz",
    "111122223333.dkr.ecr.us-east-1.amazonaws.com/fuzz:one",
    "arn:aws:iam::111122223333:role/fuzz",
    "arn:aws:iam::111122223333:policy/fuzz",
    "arn:aws:s3:::fuzz",
    "arn:aws:sns:us-east-1:111122223333:fuzz",
    "arn:aws:sqs:us-east-1:111122223333:fuzz",
    "arn:aws:lambda:us-east-1:111122223333:function:fuzz",
    "arn:aws:kms:us-east-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef",
    "arn:aws:states:us-east-1:111122223333:stateMachine:fuzz",
    "arn:aws:sagemaker:us-east-1:111122223333:model-package/fuzz/1",
)


class Unfit(Exception):
    """No value is known that fits a shape's pattern."""


@lru_cache(maxsize=8192)
def _fitting(pattern: str, low: int, high: int) -> tuple[str, ...]:
    padded = [text if len(text) >= low else text + "x" * (low - len(text)) for text in _TEXTS]
    found = (text for text in padded if len(text) <= high)
    return tuple(text for text in found if not pattern or regex.fullmatch(pattern, text))


class Values:
    """Values of shapes; `text` may know a better one for a member's name."""

    def __init__(self, random: Random, text: Callable[[str, Sequence[str]], str] | None = None) -> None:
        self._random = random
        self._text = text or (lambda _, known: random.choice(known))

    def of(self, shape: Shape | None, *, optional: float = 0.4) -> Any:
        """A value that fits the shape, with that share of its optional members; Unfit."""
        return {} if shape is None else self._value(shape, "", 0, optional)

    def _value(self, shape: Shape, name: str, depth: int, optional: float) -> Any:
        if isinstance(shape, StructureShape):
            return self._structure(shape, depth, optional)
        if isinstance(shape, ListShape):
            return [self._value(shape.member, name, depth + 1, optional) for _ in range(self._length(shape))]
        if isinstance(shape, MapShape):
            return self._map(shape, name, depth, optional)
        return self._scalar(shape, name)

    def _map(self, shape: MapShape, name: str, depth: int, optional: float) -> dict[str, Any]:
        keys = {self._value(shape.key, f"{name}Key", depth + 1, optional): None for _ in range(self._length(shape))}
        if len(keys) < shape.metadata.get("min", 0):
            # The same key twice is one.
            raise Unfit(shape.name)
        return {key: self._value(shape.value, name, depth + 1, optional) for key in keys}

    def _structure(self, shape: StructureShape, depth: int, optional: float) -> dict[str, Any]:
        if getattr(shape, "is_tagged_union", False):
            one = self._random.choice(sorted(shape.members))
            return {one: self._value(shape.members[one], one, depth + 1, optional)}
        made = {}
        for name, member in shape.members.items():
            required = name in shape.required_members
            if not required and (depth >= _DEEPEST or self._random.random() > optional / (1 + depth / 2)):
                continue
            try:
                made[name] = self._value(member, name, depth + 1, optional)
            except Unfit:
                if required:
                    raise
        if not made and depth:
            # An empty one is not on the wire at all in most protocols.
            raise Unfit(shape.name)
        return made

    def _length(self, shape: Shape) -> int:
        low = max(1, shape.metadata.get("min", 0))
        return min(low + self._random.randrange(3), max(low, shape.metadata.get("max", low + 2)))

    def _scalar(self, shape: Shape, name: str) -> Any:
        kind = shape.type_name
        if isinstance(shape, StringShape):
            return self._string(shape, name)
        if kind == "boolean":
            return self._random.random() < 0.5
        if kind in ("integer", "long"):
            return self._random.randint(*_range(shape))
        if kind in ("float", "double"):
            low, high = _range(shape)
            return low + (high - low) / 4
        if kind == "timestamp":
            return datetime.fromtimestamp(self._random.randrange(1_600_000_000, 1_900_000_000), UTC)
        return self._random.randbytes(max(1, shape.metadata.get("min", 1)))

    def _string(self, shape: StringShape, name: str) -> str:
        if shape.enum:
            return self._random.choice(shape.enum)
        low, high = shape.metadata.get("min", 1), shape.metadata.get("max", _LONGEST)
        pattern = shape.metadata.get("pattern", "").replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
        known = _fitting(pattern, max(low, 1), high)
        if not known:
            raise Unfit(f"{name}: {shape.metadata}")
        return self._text(name, known)


def _range(shape: Shape) -> tuple[int, int]:
    low = int(shape.metadata.get("min", 0))
    return low, max(low, min(int(shape.metadata.get("max", low + 100)), low + 100))
