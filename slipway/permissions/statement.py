"""Which calls a statement of an identity-based policy allows: IAM's language once more, apart from the engine's.

Only what the bundle's policies use is here; an operator or an element that is not is refused, so that none is passed
over.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

Document = Mapping[str, Any]
_ELEMENTS = {"Sid", "Effect", "Action", "Resource", "Condition", "Principal"}
_IF_EXISTS = "IfExists"
_VARIABLE = re.compile(r"\$\{([^}]+)\}")


class NotKnown(Exception):
    """A policy uses what this evaluator does not know."""


@dataclass(frozen=True)
class Call:
    """One action on one resource, with the condition keys of the request in lower case."""

    action: str
    resource: str
    keys: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


def statements(document: Document) -> list[Document]:
    """The statements of a policy."""
    found = document["Statement"]
    return found if isinstance(found, list) else [found]


def many(value: Any) -> list[str]:
    """IAM's one-or-many."""
    return [_said(each) for each in value] if isinstance(value, list) else [_said(value)]


def holds(statement: Document, call: Call) -> bool:
    """Whether the statement is about the call."""
    return bool(actions(statement, call)) and bool(resources(statement, call)) and conditions_hold(statement, call)


def actions(statement: Document, call: Call) -> list[str]:
    """The actions of a statement that mean the call's, as they are written."""
    if not statement.keys() <= _ELEMENTS:
        raise NotKnown(f"a statement with {', '.join(sorted(statement.keys() - _ELEMENTS))}")
    return [text for text in many(statement["Action"]) if wildcard(text.lower(), call.action.lower())]


def resources(statement: Document, call: Call) -> list[str]:
    """The resources of a statement that mean the call's; a trust policy's means what it is attached to."""
    if "Resource" not in statement:
        return [call.resource]
    return [text for text in many(statement["Resource"]) if resource_matches(_filled(text, call), call.resource)]


def conditions_hold(statement: Document, call: Call) -> bool:
    """Whether every operator and key of its Condition holds."""
    return all(
        _condition_holds(operator, many(expected), call.keys.get(key.lower()), call)
        for operator, keys in statement.get("Condition", {}).items()
        for key, expected in keys.items()
    )


def resource_matches(pattern: str, resource: str) -> bool:
    """Whether a Resource element means an ARN: a `*` at the end of a segment may reach over what follows."""
    return wildcard(pattern, resource) and (
        pattern == "*" or all(wildcard(own, its) for own, its in _segments(pattern, resource))
    )


def _segments(pattern: str, resource: str) -> list[tuple[str, str]]:
    """The segments before the first that ends in `*`; the sixth and last has colons of its own."""
    pairs = list(zip(pattern.split(":", 5), resource.split(":", 5), strict=False))
    open_end = next((index for index, (own, _) in enumerate(pairs) if own.endswith("*")), len(pairs))
    return pairs[:open_end]


def wildcard(pattern: str, text: str) -> bool:
    """`*` is anything, `?` one character."""
    return _expression(pattern).fullmatch(text) is not None


@lru_cache(maxsize=8192)
def _expression(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"([*?])", pattern)
    return re.compile("".join({"*": ".*", "?": "."}.get(piece, re.escape(piece)) for piece in pieces), re.DOTALL)


def _filled(text: str, call: Call) -> str:
    """The text with its policy variables; one without a value matches nothing."""

    def value(match: re.Match[str]) -> str:
        found = call.keys.get(match[1].lower())
        return found if isinstance(found, str) else "\0"

    return _VARIABLE.sub(value, text)


def _condition_holds(operator: str, expected: list[str], actual: str | Sequence[str] | None, call: Call) -> bool:
    quantifier, _, rest = operator.rpartition(":")
    name = rest.removesuffix(_IF_EXISTS)
    negated = name in _NEGATED
    compare = _OPERATORS.get(_NEGATED.get(name, name))
    if compare is None or quantifier not in ("", "ForAllValues", "ForAnyValue"):
        raise NotKnown(f"the condition operator {operator}")
    values = [actual] if isinstance(actual, str) else list(actual or ())
    wanted = [_filled(text, call) for text in expected]
    met = [any(compare(value, text) for text in wanted) is not negated for value in values]
    if quantifier == "ForAllValues":
        return all(met)
    if quantifier == "ForAnyValue":
        return any(met)
    return all(met) if values else negated or rest.endswith(_IF_EXISTS)


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _arn_like(actual: str, pattern: str) -> bool:
    pairs = list(zip(pattern.split(":", 5), actual.split(":", 5), strict=False))
    return len(pairs) == 6 and all(wildcard(own, its) for own, its in pairs)


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": lambda actual, expected: actual.lower() == expected.lower(),
    "StringEquals": lambda actual, expected: actual == expected,
    "StringLike": lambda actual, expected: wildcard(expected, actual),
}
_NEGATED = {"ArnNotEquals": "ArnEquals", "ArnNotLike": "ArnLike"} | {
    "StringNotEquals": "StringEquals",
    "StringNotLike": "StringLike",
}
