"""Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`.

A variable takes the request's value of that condition key, letter by letter: a wildcard in it is none. A multivalued
key cannot be a variable. What has no value and no default makes its resource or its statement void.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from slipway.engine.policy.request import Keys
from slipway.engine.policy.wildcards import Literal

_VARIABLE = re.compile(r"\$\{\s*(?:(?P<literal>[*?$])|(?P<key>[^},]+?)\s*(?:,\s*'(?P<default>[^']*)')?)\s*\}")


class NoValue(LookupError):
    """A variable that this request has no value for."""


@dataclass(frozen=True)
class Variable:
    """A condition key that stands in a text, with the value for requests that lack it."""

    key: str
    default: str | None

    def value(self, keys: Keys) -> str:
        """The request's value; NoValue when there is none."""
        found = keys.get(self.key)
        value = found if isinstance(found, str) else self.default
        if value is None:
            raise NoValue(self.key)
        return value


@dataclass(frozen=True)
class Template:
    """A text of a policy: pieces with wildcards, pieces without, and variables."""

    pieces: tuple[str | Variable, ...]

    @property
    def fixed(self) -> bool:
        """Whether it is the same for every request."""
        return not any(isinstance(piece, Variable) for piece in self.pieces)

    def filled(self, keys: Keys) -> list[str]:
        """The pieces, with values in the place of variables; NoValue when one has none."""
        return [Literal(piece.value(keys)) if isinstance(piece, Variable) else piece for piece in self.pieces]


def parse(text: str, *, variables: bool) -> Template:
    """The template of a text; policies of version 2008-10-17 have no variables."""
    if not variables or "${" not in text:
        return Template((text,))
    pieces: list[str | Variable] = []
    end = 0
    for match in _VARIABLE.finditer(text):
        pieces.append(text[end : match.start()])
        literal = match["literal"]
        pieces.append(Literal(literal) if literal else Variable(match["key"].lower(), match["default"]))
        end = match.end()
    return Template(tuple(piece for piece in (*pieces, text[end:]) if piece != ""))
