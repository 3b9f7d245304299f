"""Condition operators: what each holds of one value of the request and one of the policy.

Negated operators are their positive one with the opposite answer, so only those are here.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from operator import eq, ge, gt, le, lt
from typing import Any

from slipway.engine.policy import wildcards

_EPOCH = re.compile(r"\d{5,}(\.\d+)?")  # four digits are a year

Holds = Callable[[str, list[str]], bool]


@dataclass(frozen=True)
class Operator:
    """`holds(actual, pieces)`; `variables` tells whether policy variables are filled into the policy's value."""

    holds: Holds
    variables: bool = False
    negated: bool = False


def _equals(actual: str, pieces: list[str]) -> bool:
    return actual == "".join(pieces)


def _equals_ignoring_case(actual: str, pieces: list[str]) -> bool:
    return actual.casefold() == "".join(pieces).casefold()


def _like(actual: str, pieces: list[str]) -> bool:
    return wildcards.text(pieces).fullmatch(actual) is not None


def _arn_like(actual: str, pieces: list[str]) -> bool:
    return wildcards.arn(pieces).fullmatch(actual) is not None


def _true(actual: str, pieces: list[str]) -> bool:
    return actual.lower() == "".join(pieces).lower()


def _within(actual: str, pieces: list[str]) -> bool:
    try:
        return ipaddress.ip_address(actual) in _network("".join(pieces))
    except ValueError:
        return False  # no address, or a malformed range: matches nothing


@lru_cache(maxsize=1024)
def _network(text: str) -> Any:
    return ipaddress.ip_network(text, strict=False)


def _numeric(compare: Callable[[Any, Any], bool]) -> Holds:
    def holds(actual: str, pieces: list[str]) -> bool:
        try:
            return compare(Decimal(actual), Decimal("".join(pieces)))
        except InvalidOperation:
            return False  # no number: matches nothing

    return holds


def _dated(compare: Callable[[Any, Any], bool]) -> Holds:
    def holds(actual: str, pieces: list[str]) -> bool:
        try:
            return compare(moment(actual), moment("".join(pieces)))
        except ValueError:
            return False  # no date: matches nothing

    return holds


@lru_cache(maxsize=1024)
def moment(text: str) -> datetime:
    """A date in one of the ISO 8601 forms that W3C names, or in seconds of the epoch; ValueError for another text."""
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(float(text), UTC)
    whole = {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text)
    found = datetime.fromisoformat(whole)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _with_negation(name: str, negated: str, holds: Holds, *, variables: bool = False) -> dict[str, Operator]:
    return {name: Operator(holds, variables), negated: Operator(holds, variables, negated=True)}


def _ordered(kind: str, holds: Callable[[Callable[[Any, Any], bool]], Holds]) -> dict[str, Operator]:
    compared = {"LessThan": lt, "LessThanEquals": le, "GreaterThan": gt, "GreaterThanEquals": ge}
    return {f"{kind}{name}": Operator(holds(compare)) for name, compare in compared.items()}


OPERATORS: Mapping[str, Operator] = {
    **_with_negation("StringEquals", "StringNotEquals", _equals, variables=True),
    **_with_negation("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _equals_ignoring_case, variables=True),
    **_with_negation("StringLike", "StringNotLike", _like, variables=True),
    **_with_negation("ArnEquals", "ArnNotEquals", _arn_like, variables=True),
    **_with_negation("ArnLike", "ArnNotLike", _arn_like, variables=True),
    **_with_negation("NumericEquals", "NumericNotEquals", _numeric(eq)),
    **_with_negation("DateEquals", "DateNotEquals", _dated(eq)),
    **_with_negation("IpAddress", "NotIpAddress", _within),
    **_ordered("Numeric", _numeric),
    **_ordered("Date", _dated),
    "Bool": Operator(_true),
    "BinaryEquals": Operator(_equals),
}
NULL = "Null"
