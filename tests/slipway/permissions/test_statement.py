"""IAM's language as the second evaluator has it.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import fnmatch
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from slipway.permissions.statement import Call, NotKnown, holds, resource_matches, wildcard

OBJECT = "arn:aws:s3:::box/models/one"


def statement(**others: Any) -> dict[str, Any]:
    """A statement that allows to read the object."""
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECT, **others}


def conditional(operator: str, key: str, *values: Any) -> dict[str, Any]:
    """That statement under a condition."""
    return statement(Condition={operator: {key: list(values)}})


def call(**keys: Any) -> Call:
    """A call that reads the object; `_` in a key's name stands for its colon."""
    return Call("s3:GetObject", OBJECT, {name.replace("_", ":"): value for name, value in keys.items()})


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (statement(), True),
        (statement(Action=["s3:PutObject", "S3:getobject"]), True),
        (statement(Action="s3:Get*"), True),
        (statement(Action="s3:PutObject"), False),
        (statement(Resource="*"), True),
        (statement(Resource="arn:aws:s3:::box/*"), True),
        (statement(Resource="arn:aws:s3:::box"), False),
        (statement(Resource="arn:aws:s3:::${aws:username}/models/one"), False),
    ],
)
def test_a_statement_is_about_actions_and_resources(made: dict[str, Any], expected: bool) -> None:
    assert holds(made, call()) is expected


@pytest.mark.parametrize(
    ("made", "keys", "expected"),
    [
        (conditional("StringEquals", "aws:SourceAccount", "1", "2"), {"aws_sourceaccount": "2"}, True),
        (conditional("StringEquals", "aws:SourceAccount", "1"), {}, False),
        (conditional("StringNotEquals", "aws:SourceAccount", "1"), {}, True),
        (conditional("StringNotEquals", "aws:SourceAccount", "1", "2"), {"aws_sourceaccount": "2"}, False),
        (conditional("StringLike", "aws:SourceArn", "arn:*:box"), {"aws_sourcearn": "arn:a:b:box"}, True),
        (conditional("ArnLike", "aws:SourceArn", "arn:aws:*:us:1:a"), {"aws_sourcearn": "arn:aws:s3:eu:us:1:a"}, False),
        (conditional("ArnEquals", "aws:SourceArn", "arn:aws:s3:::*"), {"aws_sourcearn": "arn:aws:s3:::box"}, True),
        (conditional("Bool", "aws:SecureTransport", False), {"aws_securetransport": "false"}, True),
        (conditional("BoolIfExists", "aws:SecureTransport", False), {}, True),
        (conditional("Bool", "aws:SecureTransport", False), {}, False),
        (conditional("ForAllValues:StringEquals", "aws:TagKeys", "a", "b"), {"aws_tagkeys": ["a"]}, True),
        (conditional("ForAllValues:StringEquals", "aws:TagKeys", "a"), {"aws_tagkeys": ["a", "b"]}, False),
        (conditional("ForAnyValue:StringEquals", "aws:TagKeys", "a"), {"aws_tagkeys": ["a", "b"]}, True),
        (conditional("ForAnyValue:StringEquals", "aws:TagKeys", "a"), {}, False),
    ],
)
def test_conditions(made: dict[str, Any], keys: dict[str, Any], expected: bool) -> None:
    assert holds(made, call(**keys)) is expected


def test_a_variable_is_filled_with_the_request_s_value() -> None:
    made = statement(Resource="arn:aws:s3:::box/${aws:PrincipalTag/Team}/one")
    assert holds(made, Call("s3:GetObject", OBJECT, {"aws:principaltag/team": "models"}))


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        ("arn:aws:sqs:us-east-1:1:*", "arn:aws:sqs:us-east-1:1:jobs", True),
        ("arn:aws:sqs:us-*-1:1:jobs", "arn:aws:sqs:us-east-1:1:jobs", True),
        ("arn:aws:s*s:1:jobs", "arn:aws:sqs:us-east-1:1:jobs", False),
        ("arn:aws:*", "arn:aws:sqs:us-east-1:1:jobs", True),
        ("arn:aws:logs:::log-group:*:log-stream:x", "arn:aws:logs:::log-group:a:log-stream:x", True),
        ("*", "*", True),
        ("arn:aws:sqs:us-east-1:1:*", "*", False),
    ],
)
def test_a_wildcard_within_a_segment_of_an_arn_stays_there(pattern: str, resource: str, expected: bool) -> None:
    assert resource_matches(pattern, resource) is expected


@given(some.text("ab*?:"), some.text("ab:"))
def test_wildcards_match_as_those_of_file_names_do(pattern: str, text: str) -> None:
    assert wildcard(pattern, text) is (re.match(fnmatch.translate(pattern), text) is not None)


@pytest.mark.parametrize(
    "made",
    [
        {"Effect": "Allow", "NotAction": "s3:GetObject", "Resource": "*"},
        conditional("NumericLessThan", "s3:max-keys", 10),
        conditional("ForNoValue:StringEquals", "aws:TagKeys", "a"),
    ],
)
def test_what_it_does_not_know_it_refuses(made: dict[str, Any]) -> None:
    with pytest.raises((NotKnown, KeyError)):
        holds(made, call(aws_tagkeys=["a"]))
