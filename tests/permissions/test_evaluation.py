"""The second evaluator decides as AWS says that policies are evaluated.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from __future__ import annotations

from typing import Any

import pytest

from slipway.permissions.journals import Check
from slipway.permissions.statement import Call
from tests.permissions.evaluation import allowed

ACCOUNT = "111122223333"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/one"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def says(effect: str, action: str = "*", **others: Any) -> dict[str, Any]:
    """A policy of one statement."""
    return {"Statement": [{"Effect": effect, "Action": action, "Resource": "*", **others}]}


ALLOWS, DENIES = says("Allow"), says("Deny")


def check(
    action: str = "sqs:SendMessage",
    *,
    principal: str = SESSION,
    identity: dict[str, Any] | None = None,
    boundary: dict[str, Any] | None = None,
    session: dict[str, Any] | None = None,
    resource: dict[str, Any] | None = None,
) -> Check:
    """A decision about the session, with a policy of each kind at most."""
    return Check(
        test="",
        operation="",
        call=Call(action, "arn:aws:sqs:us-east-1:111122223333:jobs"),
        principal=principal,
        role=ROLE if principal == SESSION else "",
        decision="",
        kind="",
        identity={"identity": identity} if identity else {},
        boundary=None if boundary is None else {"boundary": boundary},
        session=None if session is None else {"session": session},
        resource={"resource": resource} if resource else {},
    )


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ({}, False),
        ({"identity": ALLOWS}, True),
        ({"identity": says("Allow", "sqs:ReceiveMessage")}, False),
        ({"identity": ALLOWS, "boundary": ALLOWS, "session": ALLOWS}, True),
        ({"identity": ALLOWS, "boundary": says("Allow", "s3:*")}, False),
        ({"identity": ALLOWS, "session": says("Allow", "s3:*")}, False),
        ({"identity": ALLOWS, "boundary": DENIES}, False),
        ({"identity": ALLOWS, "resource": says("Deny", Principal="*")}, False),
        ({"identity": ALLOWS, "resource": says("Deny", Principal={"AWS": ROLE})}, False),
        ({"identity": ALLOWS, "resource": says("Deny", Principal={"AWS": "arn:aws:iam::111122223333:role/x"})}, True),
        ({"resource": says("Allow", Principal={"AWS": ROLE})}, True),
        ({"resource": says("Allow", Principal={"AWS": ROLE}), "boundary": says("Allow", "s3:*")}, False),
        ({"resource": says("Allow", Principal={"AWS": SESSION}), "boundary": says("Allow", "s3:*")}, True),
        ({"resource": says("Allow", Principal=ROOT)}, False),
    ],
)
def test_how_kinds_of_policies_decide_together(kinds: dict[str, Any], expected: bool) -> None:
    assert allowed(check(**kinds)) is expected


def test_a_keys_policy_must_allow_it_if_only_by_naming_the_account() -> None:
    assert allowed(check("kms:Decrypt", identity=ALLOWS, resource=says("Allow", Principal=ROOT)))
    assert not allowed(check("kms:Decrypt", identity=ALLOWS, resource=says("Allow", Principal={"AWS": "arn:other"})))


def test_a_service_is_let_in_by_the_resources_policy_alone() -> None:
    principal = "events.amazonaws.com"
    assert allowed(check(principal=principal, resource=says("Allow", Principal={"Service": principal})))
    assert not allowed(check(principal=principal, resource=says("Allow", Principal={"Service": "sns.amazonaws.com"})))
    assert not allowed(check(principal=principal, identity=ALLOWS))
