"""Patterns with `*` and `?`, as actions, resources and the operators StringLike and ArnLike know them.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

_RESOURCE_SEGMENT = 5  # arn:partition:service:region:account:resource; what is behind the fifth colon is one

Expression = re.Pattern[str]


class Literal(str):
    """A piece of a pattern that stands for itself, wildcards in it too: the value of a policy variable."""

    __slots__ = ()


def text(pieces: Iterable[str]) -> Expression:
    """Where `*` stands for anything and `?` for one character: StringLike."""
    return _compiled("".join(_escaped(piece, _anything) for piece in pieces))


def resource(pieces: Iterable[str]) -> Expression:
    """A Resource element: only a `*` that ends a segment of the ARN reaches over its colon."""
    return _by_segment(pieces, reaches_over=True)


def arn(pieces: Iterable[str]) -> Expression:
    """ArnLike and ArnEquals: each of the six segments is checked separately."""
    return _by_segment(pieces, reaches_over=False)


@lru_cache(maxsize=4096)
def action(pattern: str) -> Expression:
    """An Action element, whatever the case of its letters."""
    return _compiled(_escaped(pattern.lower(), _anything))


def _anything(_pattern: str, _index: int) -> str:
    return ".*"


def _by_segment(pieces: Iterable[str], *, reaches_over: bool) -> Expression:
    segment, built = 0, []
    for piece in pieces:
        if isinstance(piece, Literal):
            built.append(re.escape(piece))
            continue
        for index, character in enumerate(piece):
            segment += character == ":"
            ends_segment = piece[index + 1 : index + 2] in (":", "")
            free = segment >= _RESOURCE_SEGMENT or (reaches_over and ends_segment)
            built.append(_character(character, ".*" if free else "[^:]*", "." if free else "[^:]"))
    return _compiled("".join(built))


def _escaped(piece: str, star: Callable[[str, int], str]) -> str:
    if isinstance(piece, Literal):
        return re.escape(piece)
    return "".join(_character(each, star(piece, index), ".") for index, each in enumerate(piece))


def _character(character: str, star: str, mark: str) -> str:
    if character == "*":
        return star
    return mark if character == "?" else re.escape(character)


@lru_cache(maxsize=8192)
def _compiled(expression: str) -> Expression:
    return re.compile(expression, re.DOTALL)
