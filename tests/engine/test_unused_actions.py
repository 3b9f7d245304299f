"""The list of granted actions that no call used."""

from __future__ import annotations

import json
from typing import Any

from tests.engine.conftest import RunningEngine
from tests.engine.unused_actions import granted, unused, used

CALLER = "arn:aws:sts::111122223333:assumed-role/shop-role/session"


def line(caller: str, action: str, decision: str = "Allow") -> str:
    return json.dumps({"caller": caller, "checks": [{"action": action, "resource": "*", "decision": decision}]})


def test_only_allowed_calls_of_the_role_itself_count_as_use() -> None:
    journal = [
        line(CALLER, "s3:GetObject"),
        line(CALLER, "s3:PutObject", "ImplicitDeny"),
        line("arn:aws:iam::111122223333:root", "s3:ListBucket"),
    ]
    assert used(journal)["shop-role"] == {"s3:GetObject"}


def test_a_wildcard_is_used_by_any_of_its_actions() -> None:
    grants = {"shop-role": [("Encrypt", "kms:GenerateDataKey*"), ("Read", "s3:GetObject")]}
    assert unused(grants, {"shop-role": {"kms:GenerateDataKeyPair"}}) == {"shop-role": [("Read", "s3:GetObject")]}


def test_what_is_granted_is_read_from_the_roles_own_policies(engine: RunningEngine) -> None:
    iam: Any = engine.client("iam")
    trusted = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [trusted]}
    iam.create_role(RoleName="shop-reader", AssumeRolePolicyDocument=json.dumps(trust))
    statements = [
        {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"},
        {"Sid": "Never", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"},
    ]
    policy = {"Version": "2012-10-17", "Statement": statements}
    iam.put_role_policy(RoleName="shop-reader", PolicyName="read", PolicyDocument=json.dumps(policy))
    assert granted(iam, "shop-") == {"shop-reader": [("Read", "s3:GetObject"), ("Read", "s3:ListBucket")]}
