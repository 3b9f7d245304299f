"""Actions and resources of a statement, by their pages."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.policy import evaluate
from tests.engine.policy.asking import identity, request, statement

GUIDE = "docs.aws.amazon.com/IAM/latest/UserGuide"


@pytest.mark.specification(f"{GUIDE}/reference_policies_elements_action.html")
@pytest.mark.parametrize(
    ("action", "asked", "expected"),
    [
        ("*", "s3:GetObject", True),
        ("s3:*", "s3:GetObject", True),
        ("S3:getobject", "s3:GetObject", True),
        ("s3:Get*", "s3:PutObject", False),
        ("s3:Get?bject", "s3:GetObject", True),
        (["s3:PutObject", "s3:GetObject"], "s3:GetObject", True),
        ("s3:GetObject", "s3:GetObjectTagging", False),
        ("s3:GetObject", "s3express:GetObject", False),
    ],
)
def test_an_action_is_named_with_wildcards_and_in_any_case(action: Any, asked: str, expected: bool) -> None:
    assert evaluate(request(action=asked), identity(statement(action=action))).allowed is expected


@pytest.mark.specification(f"{GUIDE}/reference_policies_elements_notaction.html")
@pytest.mark.parametrize(("asked", "expected"), [("iam:CreateUser", False), ("s3:GetObject", True)])
def test_not_action_is_every_other_action(asked: str, expected: bool) -> None:
    policies = identity({"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"})
    assert evaluate(request(action=asked), policies).allowed is expected


@pytest.mark.specification(f"{GUIDE}/reference_policies_elements_notresource.html")
@pytest.mark.parametrize(("asked", "expected"), [("arn:aws:s3:::box/key", False), ("arn:aws:s3:::other/key", True)])
def test_not_resource_is_every_other_resource(asked: str, expected: bool) -> None:
    policies = identity({"Effect": "Allow", "Action": "*", "NotResource": ["arn:aws:s3:::box", "arn:aws:s3:::box/*"]})
    assert evaluate(request(resource=asked), policies).allowed is expected


@pytest.mark.specification(f"{GUIDE}/reference_policies_elements_resource.html")
@pytest.mark.parametrize(
    ("resource", "asked", "expected"),
    [
        ("*", "arn:aws:s3:::box", True),
        ("*", "*", True),
        ("arn:aws:s3:::box", "*", False),
        ("arn:aws:s3:::box/*", "arn:aws:s3:::box/a/b:c", True),
        ("arn:aws:s3:::box/*", "arn:aws:s3:::box", False),
        ("arn:aws:s3:::Box", "arn:aws:s3:::box", False),
        ("arn:aws:sqs:*:111122223333:jobs", "arn:aws:sqs:eu-west-1:111122223333:jobs", True),
        ("arn:aws:sqs:eu-*-1:111122223333:jobs", "arn:aws:sqs:eu-west-1:111122223333:jobs", True),
        ("arn:aws:sqs:eu-*-1:1:jobs", "arn:aws:sqs:eu-west-1:2:x-1:1:jobs", False),
        ("arn:aws:sqs:*", "arn:aws:sqs:eu-west-1:111122223333:jobs", True),
        ("arn:aws:logs:*:*:log-group:/a*:log-stream:*", "arn:aws:logs:r:1:log-group:/a/b:log-stream:c", True),
    ],
)
def test_a_resource_is_named_segment_by_segment(resource: str, asked: str, expected: bool) -> None:
    assert evaluate(request(resource=asked), identity(statement(resource=resource))).allowed is expected
