"""Documents that IAM refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipway.engine.policy.grammar import Malformed, PolicyKind, check
from tests.engine.policy.asking import USER_ARN, document, statement

pytestmark = pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html")
SYNTAX = "Syntax errors in policy."
VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def refusal(text: str, kind: PolicyKind) -> str:
    with pytest.raises(Malformed) as refused:
        check(text, kind)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "This policy contains invalid Json"),
        ("{", "This policy contains invalid Json"),
        ("[]", SYNTAX),
        ('{"Version": "2012-10-17"}', SYNTAX),
        (json.dumps({"Version": "2012-10-17", "Statement": []}), SYNTAX),
        (
            json.dumps({"Version": "2012-10-18", "Statement": statement()}),
            "The policy must contain a valid version string",
        ),
        (json.dumps({"Statement": statement(), "Statements": []}), SYNTAX),
        (document(statement("Permit")), SYNTAX),
        (document(statement(Effects="Allow")), SYNTAX),
        (document({"Effect": "Allow", "Resource": "*"}), "Policy statement must contain actions."),
        (document({"Effect": "Allow", "Action": "*"}), "Policy statement must contain resources."),
        (document(statement(NotAction="s3:*")), SYNTAX),
        (document(statement(action="GetObject")), VENDOR),
        (document(statement(action="s3:Get Object")), "The policy contains an invalid action: s3:Get Object"),
        (document(statement(resource="box")), 'Resource box must be in ARN format or "*".'),
        (document(statement(resource="arn:aws:s3:box")), "The policy failed legacy parsing"),
        (
            document(statement(Sid="a b")),
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression"
            " [0-9A-Za-z]*",
        ),
        (document(statement(Sid="A"), statement(Sid="A")), "Statement IDs (SID) in a single policy must be unique."),
        (document(statement(Principal="*")), "Policy document should not specify a principal."),
        (document(statement(Condition={"StringIs": {"aws:x": "1"}})), "Invalid Condition type : StringIs."),
        (document(statement(Condition={"StringEquals": {"x": "1"}})), VENDOR),
        (document(statement(Condition={"StringEquals": "x"})), SYNTAX),
        (document(statement(Condition={"StringEquals": {"aws:x": {}}})), SYNTAX),
    ],
)
def test_a_malformed_identity_based_policy_is_refused(text: str, sentence: str) -> None:
    assert refusal(text, PolicyKind.IDENTITY) == sentence


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"Resource": "*"}, "Has prohibited field Resource"),
        ({"Action": "s3:GetObject"}, "AssumeRole policy may only specify STS AssumeRole actions."),
        ({"Principal": {"Services": "x"}}, 'Invalid principal in policy: "Services":"x"'),
        ({"Principal": "ada"}, 'Invalid principal in policy: "ada"'),
        ({"Principal": {"Service": "lambda"}}, 'Invalid principal in policy: "SERVICE":"lambda"'),
        ({"Principal": {"AWS": "ada"}}, 'Invalid principal in policy: "AWS":"ada"'),
        (
            {"Principal": {"AWS": "arn:aws:iam::111122223333:user/*"}},
            'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/*"',
        ),
        ({"Principal": {"Service": "*"}}, 'Invalid principal in policy: "SERVICE":"*"'),
    ],
)
def test_a_malformed_trust_policy_is_refused(change: dict[str, Any], sentence: str) -> None:
    check(document(TRUST), PolicyKind.TRUST)
    assert refusal(document({**TRUST, **change}), PolicyKind.TRUST) == sentence


def test_a_resource_based_policy_needs_a_principal() -> None:
    check(document(statement(Principal={"AWS": USER_ARN})), PolicyKind.RESOURCE)
    assert refusal(document(statement()), PolicyKind.RESOURCE) == "Missing required field Principal"


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html")
def test_not_principal_is_for_denying() -> None:
    exclusion = {"NotPrincipal": {"AWS": USER_ARN}, "Action": "*", "Resource": "*"}
    check(document({"Effect": "Deny", **exclusion}), PolicyKind.RESOURCE)
    assert (
        refusal(document({"Effect": "Allow", **exclusion}), PolicyKind.RESOURCE) == "Has prohibited field NotPrincipal"
    )
