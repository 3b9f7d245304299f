"""Which kinds of policies decide, by the evaluation-logic pages; and what holds for any policies."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.policy import Policies, Principal, evaluate
from tests.engine.policy.asking import (
    ACCOUNT,
    ANONYMOUS,
    ROLE_ARN,
    SERVICE,
    SESSION,
    SESSION_ARN,
    USER,
    USER_ARN,
    identity,
    request,
    source,
    statement,
)

GUIDE = "docs.aws.amazon.com/IAM/latest/UserGuide"
LOGIC = f"{GUIDE}/reference_policies_evaluation-logic_policy-eval-denyallow.html"
pytestmark = pytest.mark.specification(LOGIC)

YES, NO = (source(statement()),), (source(statement("Deny")),)
SILENT = (source(statement(action="ec2:*")),)
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
NAMES = {
    "user": {"AWS": USER_ARN},
    "role": {"AWS": ROLE_ARN},
    "session": {"AWS": SESSION_ARN},
    "account": {"AWS": ROOT},
    "digits": {"AWS": ACCOUNT},
    "everyone": "*",
    "every": {"AWS": "*"},
    "service": {"Service": "events.amazonaws.com"},
    "another": {"AWS": [f"arn:aws:iam::{ACCOUNT}:user/bob", "arn:aws:iam::444455556666:root"]},
}
ASKING = {"user": USER, "session": SESSION, "service": SERVICE, "anonymous": ANONYMOUS}


def resource(name: str, effect: str = "Allow") -> Any:
    return source(statement(effect, Principal=NAMES[name]))


@pytest.mark.parametrize(
    ("policies", "effect", "reason"),
    [
        (Policies(), "ImplicitDeny", "because no identity-based policy allows the s3:GetObject action"),
        (Policies(identity=YES), "Allow", ""),
        (Policies(identity=SILENT), "ImplicitDeny", "because no identity-based policy allows the s3:GetObject action"),
        (Policies(identity=YES + NO), "Deny", "with an explicit deny in an identity-based policy"),
        (Policies(identity=YES, boundary=YES), "Allow", ""),
        (
            Policies(identity=YES, boundary=()),
            "ImplicitDeny",
            "because no permissions boundary allows the s3:GetObject action",
        ),
        (
            Policies(identity=YES, boundary=SILENT),
            "ImplicitDeny",
            "because no permissions boundary allows the s3:GetObject action",
        ),
        (Policies(identity=YES, boundary=NO), "Deny", "with an explicit deny in a permissions boundary"),
        (Policies(boundary=YES), "ImplicitDeny", "because no identity-based policy allows the s3:GetObject action"),
        (
            Policies(identity=YES, session=SILENT),
            "ImplicitDeny",
            "because no session policy allows the s3:GetObject action",
        ),
        (Policies(identity=YES, session=SILENT + YES), "Allow", ""),
        (Policies(identity=YES, session=NO), "Deny", "with an explicit deny in a session policy"),
        (
            Policies(identity=YES, resource=resource("user", "Deny")),
            "Deny",
            "with an explicit deny in a resource-based policy",
        ),
    ],
)
def test_every_kind_of_policy_has_its_say(policies: Policies, effect: str, reason: str) -> None:
    decision = evaluate(request(), policies)
    assert decision.effect == effect
    assert decision.allowed or decision.because("s3:GetObject") == reason


RESOURCE_ALONE = [
    # who asks, whom the resource's policy names, is it enough, is it enough under a boundary that is silent
    ("user", "user", True, True),
    ("user", "everyone", True, False),
    ("user", "account", False, False),
    ("user", "digits", False, False),
    ("user", "another", False, False),
    ("user", "service", False, False),
    ("session", "session", True, True),
    ("session", "role", True, False),
    ("session", "every", True, False),
    ("session", "account", False, False),
    ("session", "user", False, False),
    ("service", "service", True, True),
    ("service", "everyone", True, True),
    ("service", "account", False, False),
    ("anonymous", "everyone", True, True),
    ("anonymous", "account", False, False),
]


@pytest.mark.specification(f"{GUIDE}/reference_policies_evaluation-logic_policy-eval-basics.html")
@pytest.mark.parametrize(("asking", "named", "alone", "_"), RESOURCE_ALONE)
def test_a_resource_based_policy_may_be_enough(asking: str, named: str, alone: bool, _: bool) -> None:
    assert evaluate(request(principal=ASKING[asking]), Policies(resource=resource(named))).allowed is alone


@pytest.mark.parametrize(
    ("asking", "named", "_", "limited"), [row for row in RESOURCE_ALONE if row[0] in ("user", "session")]
)
@pytest.mark.parametrize("limit", ["boundary", "session"])
def test_boundary_and_session_policies_limit_what_the_role_is_granted_and_not_the_session(
    asking: str, named: str, _: bool, limited: bool, limit: str
) -> None:
    policies = Policies(resource=resource(named), **{limit: SILENT})
    assert evaluate(request(principal=ASKING[asking]), policies).allowed is limited


@pytest.mark.specification("docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html")
@pytest.mark.parametrize(
    ("named", "has_identity", "allowed"),
    [("account", True, True), ("account", False, False), ("user", False, True), ("another", True, False)],
)
def test_a_key_policy_must_allow_it_be_it_by_naming_the_account(named: str, has_identity: bool, allowed: bool) -> None:
    policies = Policies(identity=YES if has_identity else (), resource=resource(named), resource_must_allow=True)
    assert evaluate(request(), policies).allowed is allowed


@pytest.mark.specification(f"{GUIDE}/reference_policies_elements_notprincipal.html")
@pytest.mark.parametrize(
    ("principal", "spared", "denied"),
    [
        (USER, [USER_ARN, ROOT], False),
        (USER, [USER_ARN], True),
        (USER, [ROOT], True),
        (SESSION, [SESSION_ARN, ROLE_ARN, ROOT], False),
        (SESSION, [ROLE_ARN, ROOT], True),
        (Principal(USER.kind, USER_ARN, ACCOUNT, has_boundary=True), [USER_ARN, ROOT], True),
        (SERVICE, [USER_ARN], True),
    ],
)
def test_not_principal_denies_it_to_everybody_else(principal: Principal, spared: list[str], denied: bool) -> None:
    policy = source({"Effect": "Deny", "NotPrincipal": {"AWS": spared}, "Action": "*", "Resource": "*"})
    decision = evaluate(request(principal=principal), Policies(identity=YES, resource=policy))
    assert (decision.effect == "Deny") is denied


def test_a_decision_names_the_policy_and_the_statement_that_it_stands_on() -> None:
    named = source(statement(action="ec2:*"), statement(Sid="Reads", action="s3:Get*"), name="ada/reads")
    decision = evaluate(request(), Policies(identity=(*SILENT, named)))
    assert (decision.kind, decision.policy, decision.statement) == ("identity-based policy", "ada/reads", "Reads")
    denied = evaluate(request(), identity(statement(), statement("Deny")))
    assert (denied.policy, denied.statement) == ("it", "#2")


ACTIONS = st.sampled_from(["*", "s3:*", "s3:GetObject", "s3:PutObject", "ec2:*"])
RESOURCES = st.sampled_from(["*", "arn:aws:s3:::box/*", "arn:aws:s3:::other/*"])
CONDITIONS = st.sampled_from([{}, {"StringEquals": {"aws:x": "1"}}, {"StringNotEquals": {"aws:x": "1"}}])
STATEMENTS = st.builds(
    lambda effect, action, where, condition: statement(effect, action, where, Condition=condition),
    st.sampled_from(["Allow", "Deny"]),
    ACTIONS,
    RESOURCES,
    CONDITIONS,
)
ALLOWS = STATEMENTS.map(lambda each: {**each, "Effect": "Allow"})
DOCUMENTS = st.lists(STATEMENTS, min_size=1, max_size=4)
REQUESTS = st.builds(
    lambda action, where, keys: request(action, where, keys),
    st.sampled_from(["s3:GetObject", "s3:PutObject", "ec2:StartInstances"]),
    st.sampled_from(["arn:aws:s3:::box/key", "arn:aws:s3:::other/key", "*"]),
    st.sampled_from([{}, {"aws:x": "1"}, {"aws:x": "2"}]),
)


@given(DOCUMENTS, DOCUMENTS, REQUESTS)
def test_an_explicit_deny_always_wins(statements: Any, boundary: Any, asked: Any) -> None:
    denied = evaluate(asked, identity(*statements, statement("Deny"), boundary=(source(*boundary),)))
    assert denied.effect == "Deny"


@given(DOCUMENTS, ALLOWS, REQUESTS)
def test_adding_an_allow_never_takes_a_right_away(statements: Any, added: Any, asked: Any) -> None:
    before = evaluate(asked, identity(*statements)).allowed
    assert evaluate(asked, identity(*statements, added)).allowed >= before


@given(DOCUMENTS, DOCUMENTS, REQUESTS)
def test_a_boundary_and_a_session_policy_never_add_a_right(statements: Any, limit: Any, asked: Any) -> None:
    before = evaluate(asked, identity(*statements)).allowed
    for kind in ("boundary", "session"):
        assert evaluate(asked, identity(*statements, **{kind: (source(*limit),)})).allowed <= before


@given(DOCUMENTS, REQUESTS)
def test_the_order_of_statements_and_their_spread_over_policies_do_not_matter(statements: Any, asked: Any) -> None:
    decided = evaluate(asked, identity(*statements)).effect
    assert evaluate(asked, identity(*reversed(statements))).effect == decided
    assert evaluate(asked, Policies(identity=tuple(source(each) for each in statements))).effect == decided
