"""Every right of every role is used by a test or has a comment that says why; and is one that AWS has."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipway.permissions import record, table, templates
from slipway.permissions.templates import Grant
from slipway.permissions.uses import Uses
from tests.permissions import reference

BUNDLE = Path(__file__).parents[2]
GRANTS = templates.grants(BUNDLE)
EACH = [pytest.param(grant, id=f"{grant.role}.{grant.sid}") for grant in GRANTS]
# Condition keys that a page of AWS's names and the reference leaves out.
KEYS_ELSEWHERE = {
    # docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    ("iam:PutRolePermissionsBoundary", "iam:PermissionsBoundary"),
}
# What an action may need as well, and these roles do not ask for.
NOT_ASKED_FOR = {
    # docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html: only without a stack's name.
    ("cloudformation:DescribeStacks", "cloudformation:ListStacks"),
    # docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html: Lambda asks for no tags on its interfaces.
    ("ec2:CreateNetworkInterface", "ec2:CreateTags"),
    # The functions have no capacity provider.
    ("lambda:CreateFunction", "lambda:PassCapacityProvider"),
    # The state machines have no versions.
    ("states:CreateStateMachine", "states:PublishStateMachineVersion"),
    ("states:UpdateStateMachine", "states:PublishStateMachineVersion"),
}


def unexplained(uses: Uses) -> list[str]:
    """What has neither a use nor a reason."""
    rows = [row for row in table.rows(GRANTS, uses) if not row.explained]
    return [f"{row.place} {row.role} {row.sid} {row.action or row.resource}" for row in rows]


def test_nothing_that_is_granted_is_without_use_and_without_reason() -> None:
    assert unexplained(record.read()) == []


def test_no_comment_explains_only_what_tests_use() -> None:
    assert table.needless(GRANTS, record.read()) == []


def test_the_record_has_no_grants_that_templates_have_no_more() -> None:
    assert table.unknown(GRANTS, record.read()) == []


@pytest.mark.parametrize("grant", EACH)
def test_an_action_is_one_of_awss_and_a_resource_of_a_type_that_it_is_limited_to(grant: Grant) -> None:
    resources = [item.text for item in grant.resources]
    for action in [item.text for item in grant.actions]:
        names = reference.meant(action)
        assert names, f"{action} is no action"
        forms = [form for name in names for form in reference.arns(name)]
        fits = any(reference.may_mean(text, forms) for text in resources)
        assert fits or "*" in resources, f"{action} is of no {resources}" if forms else f"{action} knows no resource"


@pytest.mark.parametrize("grant", EACH)
def test_a_resource_is_of_a_type_of_one_of_its_actions(grant: Grant) -> None:
    names = [name for item in grant.actions for name in reference.meant(item.text)]
    forms = [form for name in names for form in reference.arns(name)]
    for item in grant.resources:
        assert item.text == "*" or reference.may_mean(item.text, forms), item.text


@pytest.mark.parametrize("grant", EACH)
def test_a_condition_is_on_a_key_that_requests_for_the_action_have(grant: Grant) -> None:
    for key in grant.condition_keys:
        for name in [name for item in grant.actions for name in reference.meant(item.text)]:
            assert (name, key) in KEYS_ELSEWHERE or reference.knows_key(name, key), f"{name} has no {key}"


def dependents() -> list[tuple[str, str, str]]:
    """Role, action, and what AWS says that this may need as well and the role may not do."""
    allowed: dict[str, set[str]] = {}
    for grant in GRANTS:
        allowed.setdefault(grant.role, set()).update(
            name.lower() for item in grant.actions for name in reference.meant(item.text)
        )
    return [
        (grant.role, name, dependent)
        for grant in GRANTS
        for item in grant.actions
        for name in reference.meant(item.text)
        for dependent in sorted(reference.dependent_actions(name))
        if dependent.lower() not in allowed[grant.role]
    ]


def test_what_an_action_needs_as_well_is_granted_or_not_asked_for() -> None:
    missing = {(role, action, needed) for role, action, needed in dependents() if (action, needed) not in NOT_ASKED_FOR}
    assert missing == set()
