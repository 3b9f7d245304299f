"""Condition operators, by the tables of their pages: what a request's value and a policy's value make of each."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.policy import evaluate
from tests.engine.policy.asking import identity, request, statement

GUIDE = "docs.aws.amazon.com/IAM/latest/UserGuide"
pytestmark = pytest.mark.specification(f"{GUIDE}/reference_policies_elements_condition_operators.html")


def holds(operator: str, value: Any, actual: Any, key: str = "aws:x") -> bool:
    keys = {} if actual is None else {key: actual}
    return evaluate(request(keys=keys), identity(statement(Condition={operator: {key: value}}))).allowed


ARN = "arn:aws:sns:eu-west-1:111122223333:topic"

ONE_VALUE = [
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", "a*", "ab", False),
    ("StringEquals", ["a", "b"], "b", True),
    ("StringNotEquals", "a", "b", True),
    ("StringNotEquals", ["a", "b"], "b", False),
    ("StringNotEquals", ["a", "b"], "c", True),
    ("StringEqualsIgnoreCase", "Team", "tEAM", True),
    ("StringNotEqualsIgnoreCase", "Team", "tEAM", False),
    ("StringLike", "a*c?", "abbcd", True),
    ("StringLike", "a*", "A1", False),
    ("StringLike", "a.c", "abc", False),
    ("StringNotLike", ["a*", "b*"], "bc", False),
    ("StringNotLike", ["a*", "b*"], "cc", True),
    ("NumericEquals", "10", "10.0", True),
    ("NumericEquals", 10, "10", True),
    ("NumericEquals", "10", "ten", False),
    ("NumericNotEquals", "10", "11", True),
    ("NumericLessThan", "10", "9", True),
    ("NumericLessThan", "10", "10", False),
    ("NumericLessThanEquals", "10", "10", True),
    ("NumericGreaterThan", "10", "9", False),
    ("NumericGreaterThan", "9", "10", True),
    ("NumericGreaterThanEquals", "10", "10", True),
    ("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", True),
    ("DateNotEquals", "2026-01-01", "2026-01-02T00:00:00Z", True),
    ("DateLessThan", "2026", "2025-12-31T23:59:59Z", True),
    ("DateLessThanEquals", "2026-01", "2026-01-01T00:00:00Z", True),
    ("DateGreaterThan", "2026-01-01T00:00:00Z", "1798761600", True),
    ("DateGreaterThan", "1798761600", "2026-01-01T00:00:00Z", False),
    ("DateGreaterThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", True),
    ("DateLessThan", "2026-01-01", "some day", False),
    ("Bool", "true", "true", True),
    ("Bool", True, "true", True),
    ("Bool", "false", "true", False),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
    ("BinaryEquals", "QmluYXJ5", "qmluYXJ5", False),
    ("IpAddress", "203.0.113.0/24", "203.0.113.9", True),
    ("IpAddress", "203.0.113.5", "203.0.113.9", False),
    ("IpAddress", ["10.0.0.0/8", "203.0.113.0/24"], "203.0.113.9", True),
    ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1", True),
    ("IpAddress", "203.0.113.0/24", "2001:db8::1", False),
    ("IpAddress", "203.0.113.0/24", "somewhere", False),
    ("NotIpAddress", "203.0.113.0/24", "203.0.113.9", False),
    ("NotIpAddress", "203.0.113.0/24", "198.51.100.1", True),
    ("ArnEquals", ARN, ARN, True),
    ("ArnEquals", "arn:aws:sns:*:111122223333:*", ARN, True),
    ("ArnLike", "arn:aws:sns:*:topic", ARN, False),
    ("ArnLike", "arn:*:topic", ARN, False),
    ("ArnLike", "arn:aws:sns:eu-west-?:111122223333:topic", ARN, True),
    ("ArnLike", "arn:aws:states:*:*:execution:m:*", "arn:aws:states:eu-west-1:1:execution:m:e:1", True),
    ("ArnNotEquals", "arn:aws:sns:*:111122223333:*", ARN, False),
    ("ArnNotLike", ["arn:aws:sqs:*:*:*", "arn:aws:s3:::*"], ARN, True),
]


@pytest.mark.parametrize(("operator", "value", "actual", "expected"), ONE_VALUE)
def test_an_operator_compares_one_value(operator: str, value: Any, actual: str, expected: bool) -> None:
    assert holds(operator, value, actual) is expected


POSITIVE = [name for name, *_ in ONE_VALUE if "Not" not in name]
NEGATED = [name for name, *_ in ONE_VALUE if "Not" in name]


@pytest.mark.parametrize("operator", sorted(set(POSITIVE)))
def test_a_key_that_the_request_lacks_does_not_match(operator: str) -> None:
    assert not holds(operator, "1", None)
    assert holds(f"{operator}IfExists", "1", None)


@pytest.mark.parametrize("operator", sorted(set(NEGATED)))
def test_a_key_that_the_request_lacks_satisfies_a_negated_operator(operator: str) -> None:
    assert holds(operator, "1", None)
    assert holds(f"{operator}IfExists", "1", None)


def test_if_exists_compares_a_key_that_is_there() -> None:
    assert holds("StringEqualsIfExists", "a", "a")
    assert not holds("StringEqualsIfExists", "a", "b")
    assert not holds("StringNotEqualsIfExists", "a", "a")


@pytest.mark.parametrize(
    ("value", "actual", "expected"),
    [
        ("true", None, True),
        ("true", "x", False),
        ("false", None, False),
        ("false", "x", True),
        (False, "x", True),
        ("true", [], True),
        ("false", [], False),
    ],
)
def test_null_looks_whether_a_key_is_there(value: Any, actual: Any, expected: bool) -> None:
    assert holds("Null", value, actual) is expected


MULTIVALUED = [
    ("ForAllValues:StringEquals", ["a", "b"], ["a"], True),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
    ("ForAllValues:StringEquals", ["a", "b"], None, True),
    ("ForAllValues:StringEquals", ["a", "b"], [], True),
    ("ForAllValues:StringEquals", ["a", "b"], "", True),
    ("ForAllValues:StringLike", "key*", ["key1", "other"], False),
    ("ForAllValues:StringNotEquals", ["a", "b"], ["c", "d"], True),
    ("ForAllValues:StringNotEquals", ["a", "b"], ["a", "d"], False),
    ("ForAnyValue:StringEquals", ["a", "b"], ["c", "a"], True),
    ("ForAnyValue:StringEquals", ["a", "b"], ["c"], False),
    ("ForAnyValue:StringEquals", ["a", "b"], None, False),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "c"], True),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ["a"], False),
    ("ForAnyValue:StringNotEquals", ["a", "b"], None, False),
    ("ForAnyValue:StringEqualsIfExists", "a", None, True),
    ("ForAnyValue:StringLike", "web*", "webhook", True),
    ("StringEquals", "a", ["a"], False),
    ("StringNotEquals", "a", ["a"], True),
]


@pytest.mark.specification(f"{GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html")
@pytest.mark.parametrize(("operator", "value", "actual", "expected"), MULTIVALUED)
def test_a_set_operator_compares_every_value_of_a_multivalued_key(
    operator: str, value: Any, actual: Any, expected: bool
) -> None:
    assert holds(operator, value, actual) is expected


@pytest.mark.specification(f"{GUIDE}/reference_policies_condition-logic-multiple-context-keys-or-values.html")
@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"aws:a": "1", "aws:b": "2", "aws:n": "5"}, True),
        ({"aws:a": "1", "aws:b": "other", "aws:n": "5"}, False),
        ({"aws:a": "1", "aws:b": "2", "aws:n": "50"}, False),
        ({"AWS:A": "1", "aws:B": "2", "aws:N": "5"}, True),
    ],
)
def test_all_operators_and_all_keys_must_hold(keys: dict[str, str], expected: bool) -> None:
    condition = {"StringEquals": {"aws:A": "1", "aws:b": ["2", "3"]}, "NumericLessThan": {"aws:n": "10"}}
    assert evaluate(request(keys=keys), identity(statement(Condition=condition))).allowed is expected
