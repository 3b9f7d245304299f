"""Policy variables, by their page."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.policy import Policies, evaluate
from tests.engine.policy.asking import identity, request, source, statement

pytestmark = pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html")

HOME = "arn:aws:s3:::box/${aws:username}/*"


@pytest.mark.parametrize(
    ("resource", "asked", "keys", "expected"),
    [
        (HOME, "arn:aws:s3:::box/ada/x", {"aws:username": "ada"}, True),
        (HOME, "arn:aws:s3:::box/bob/x", {"aws:username": "ada"}, False),
        (HOME, "arn:aws:s3:::box/bob/x", {"aws:username": "*"}, False),
        (HOME, "arn:aws:s3:::box/*/x", {"aws:username": "*"}, True),
        (HOME, "arn:aws:s3:::box/ada/x", {}, False),
        ("arn:aws:s3:::box/${aws:PrincipalTag/team, 'all'}", "arn:aws:s3:::box/all", {}, True),
        (
            "arn:aws:s3:::box/${aws:PrincipalTag/team, 'all'}",
            "arn:aws:s3:::box/a",
            {"aws:PrincipalTag/Team": "a"},
            True,
        ),
        ("arn:aws:s3:::box/${aws:TagKeys}", "arn:aws:s3:::box/a", {"aws:TagKeys": ["a"]}, False),
        ("arn:aws:s3:::box/${*}", "arn:aws:s3:::box/*", {}, True),
        ("arn:aws:s3:::box/${*}", "arn:aws:s3:::box/a", {}, False),
        ("arn:aws:s3:::box/${?}", "arn:aws:s3:::box/?", {}, True),
        ("arn:aws:s3:::box/${?}", "arn:aws:s3:::box/a", {}, False),
        ("arn:aws:s3:::box/${$}", "arn:aws:s3:::box/$", {}, True),
    ],
)
def test_a_variable_in_a_resource_takes_the_request_s_value(
    resource: str, asked: str, keys: dict[str, Any], expected: bool
) -> None:
    assert evaluate(request(resource=asked, keys=keys), identity(statement(resource=resource))).allowed is expected


@pytest.mark.parametrize(
    ("operator", "value", "keys", "expected"),
    [
        ("StringEquals", "${aws:username}", {"s3:prefix": "ada", "aws:username": "ada"}, True),
        ("StringLike", "${aws:username}/*", {"s3:prefix": "ada/x", "aws:username": "ada"}, True),
        ("StringLike", "${aws:username}/*", {"s3:prefix": "ada/x", "aws:username": "*"}, False),
        ("StringEquals", "${aws:username}", {"s3:prefix": "ada"}, False),
        ("StringNotEquals", "${aws:username}", {"s3:prefix": "ada"}, False),
        ("StringEqualsIfExists", "${aws:username}", {}, True),
        ("StringEquals", "${aws:username, 'nobody'}", {"s3:prefix": "nobody"}, True),
        ("ArnLike", "arn:aws:s3:::${aws:username}", {"s3:prefix": "arn:aws:s3:::ada", "aws:username": "ada"}, True),
        ("BinaryEquals", "${aws:username}", {"s3:prefix": "ada", "aws:username": "ada"}, False),
    ],
)
def test_a_variable_in_a_string_or_arn_condition_takes_the_request_s_value(
    operator: str, value: str, keys: dict[str, str], expected: bool
) -> None:
    policies = identity(statement(Condition={operator: {"s3:prefix": value}}))
    assert evaluate(request(keys=keys), policies).allowed is expected


def test_a_policy_of_the_older_version_has_no_variables() -> None:
    older = Policies(identity=(source(statement(resource=HOME), version="2008-10-17"),))
    keys = {"aws:username": "ada"}
    assert not evaluate(request(resource="arn:aws:s3:::box/ada/x", keys=keys), older).allowed
    assert evaluate(request(resource="arn:aws:s3:::box/${aws:username}/x", keys=keys), older).allowed


def test_a_variable_without_a_value_in_an_exclusion_makes_the_statement_void() -> None:
    policies = identity({"Effect": "Allow", "Action": "*", "NotResource": HOME})
    assert not evaluate(request(keys={}), policies).allowed
    assert evaluate(request(keys={"aws:username": "ada"}), policies).allowed
