"""The Condition element: operators, their quantifiers, and keys that a request lacks.

All operators and keys of a block must hold. Of several values one must match; with a negated operator none may. A key
that the request lacks does not match, so that a negated operator holds; `…IfExists` and `ForAllValues` hold too, and
`ForAnyValue` does not. A multivalued key wants a set operator: without one no value of it matches.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from slipway.engine.policy.operators import NULL, OPERATORS, Operator
from slipway.engine.policy.request import Keys
from slipway.engine.policy.variables import Template, parse

FOR_ALL, FOR_ANY = "ForAllValues", "ForAnyValue"
_IF_EXISTS = "IfExists"


class UnknownOperator(ValueError):
    """A condition operator that IAM does not have."""


class Condition(Protocol):
    """One operator and key of a Condition element."""

    @property
    def key(self) -> str:
        """The condition key, in lower case."""

    def texts(self) -> list[str]:
        """The values as the policy has them."""

    def met(self, keys: Keys) -> bool:
        """Whether it holds for a request with these keys; NoValue when a variable in it has no value."""


@dataclass(frozen=True)
class Null:
    """Whether a key is absent (`"true"`) or there (`"false"`); one without any value is absent."""

    key: str
    absent: frozenset[bool]

    def texts(self) -> list[str]:
        """None: it compares nothing."""
        return []

    def met(self, keys: Keys) -> bool:
        """Whether the key is absent or there, as the policy says."""
        return (not keys.get(self.key)) in self.absent


@dataclass(frozen=True)
class Compared:
    """A key of the request compared with the policy's values."""

    key: str
    operator: Operator
    values: tuple[Template, ...]
    quantifier: str = ""
    if_exists: bool = False

    def texts(self) -> list[str]:
        """The policy's values; variables in them are left out."""
        return ["".join(piece for piece in value.pieces if isinstance(piece, str)) for value in self.values]

    def met(self, keys: Keys) -> bool:
        """Whether the request's value or values are what the policy says."""
        actual = keys.get(self.key)
        values = [actual] if isinstance(actual, str) else actual
        if not values:
            return self.if_exists or self.quantifier == FOR_ALL or (self.operator.negated and not self.quantifier)
        if self.quantifier == FOR_ALL:
            return actual == "" or all(self._matches(value, keys) for value in values)
        if self.quantifier == FOR_ANY:
            return any(self._matches(value, keys) for value in values)
        return self._matches(actual, keys) if isinstance(actual, str) else self.operator.negated

    def _matches(self, actual: str, keys: Keys) -> bool:
        found = any(self.operator.holds(actual, template.filled(keys)) for template in self.values)
        return found is not self.operator.negated


def parse_conditions(element: Mapping[str, Any], *, variables: bool) -> tuple[Condition, ...]:
    """Every operator and key of a Condition element; UnknownOperator names one that IAM lacks."""
    return tuple(
        _condition(name, key, value, variables=variables)
        for name, keys in element.items()
        for key, value in keys.items()
    )


def _condition(name: str, key: str, value: Any, *, variables: bool) -> Condition:
    values = [_text(each) for each in (value if isinstance(value, list) else [value])]
    if name == NULL:
        return Null(key.lower(), frozenset(each.lower() == "true" for each in values))
    quantifier, base, if_exists = split(name)
    operator = OPERATORS.get(base)
    if operator is None:
        raise UnknownOperator(name)
    templates = tuple(parse(each, variables=variables and operator.variables) for each in values)
    return Compared(key.lower(), operator, templates, quantifier, if_exists)


def split(name: str) -> tuple[str, str, bool]:
    """Quantifier, operator, and whether it ends in IfExists."""
    prefix, colon, rest = name.rpartition(":")
    quantifier = prefix if prefix in (FOR_ALL, FOR_ANY) else ""
    base = rest if quantifier or not colon else name
    return quantifier, base.removesuffix(_IF_EXISTS), base.endswith(_IF_EXISTS)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
