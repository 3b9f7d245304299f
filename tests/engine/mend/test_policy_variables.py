"""Variables in policies take the caller's values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway.engine.mend.policy_variables import with_values
from tests.engine.test_dispatcher import role_client

VALUES = {"aws:username": "ann", "aws:PrincipalTag/team": "a*b", "aws:TagKeys": ["one", "two"]}


@dataclass
class Statement:
    """As much of MiniStack's parsed statement as variables are in."""

    resources: list[str] = field(default_factory=list)
    not_resources: list[str] = field(default_factory=list)
    conditions: dict[str, Any] = field(default_factory=dict)


@pytest.mark.parametrize(
    ("written", "filled"),
    [
        ("home/${aws:username}/*", "home/ann/*"),
        ("home/${ aws:username }", "home/ann"),
        ("${aws:PrincipalTag/none, 'shared'}/*", "shared/*"),
        ("${aws:TagKeys, 'several'}", "several"),
        ("${aws:PrincipalTag/team}/*", "a\ue000b/*"),
        ("what${?}${*}${$}{x}", "what\ue001\ue000${x}"),
    ],
)
def test_a_variable_in_a_resource_takes_its_value(written: str, filled: str) -> None:
    assert with_values(Statement([written]), VALUES.get).resources == [filled]


def test_a_resource_whose_variable_has_no_value_is_left_out() -> None:
    assert with_values(Statement(["${aws:userid}/*", "b"]), VALUES.get).resources == ["b"]


@pytest.mark.parametrize(
    "statement",
    [
        Statement(["${aws:userid}"]),
        Statement(not_resources=["${aws:userid}", "b"]),
        Statement(["*"], conditions={"StringNotEquals": {"s3:prefix": "${aws:userid}"}}),
    ],
    ids=["resource", "not-resource", "condition"],
)
def test_a_statement_is_void_when_nothing_of_it_has_a_value(statement: Statement) -> None:
    assert with_values(statement, VALUES.get) is None


def test_only_operators_with_wildcards_are_told_what_is_none() -> None:
    conditions = {"StringEquals": {"k": "${*}"}, "StringLike": {"k": ["${*}*"]}, "Bool": {"b": True}}
    filled = with_values(Statement(["*"], conditions=conditions), VALUES.get)
    assert filled.conditions == {"StringEquals": {"k": "*"}, "StringLike": {"k": ["\ue000*"]}, "Bool": {"b": "True"}}


def test_a_role_reaches_what_its_tag_names_and_nothing_else(engine: Any) -> None:
    own = {"Effect": "Allow", "Action": "sqs:*", "Resource": "arn:aws:sqs:*:*:${aws:PrincipalTag/team}-*"}
    client = role_client(engine, "sqs", "tagged-role", [own])
    engine.client("iam").tag_role(RoleName="tagged-role", Tags=[{"Key": "team", "Value": "blue"}])
    assert client.create_queue(QueueName="blue-queue")["QueueUrl"]
    with pytest.raises(ClientError, match="AccessDenied"):
        client.create_queue(QueueName="red-queue")
