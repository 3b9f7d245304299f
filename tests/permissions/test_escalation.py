"""No role has a way to more rights than it was given: our own reading of the templates, and a scanner's.

The scanner is cloudsplaining, with its list of methods of privilege escalation. It looks at actions; whether a
resource or a condition contains them is ours to show, for exactly the roles that it names.
docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cloudsplaining.scan.policy_document import PolicyDocument

from slipway.permissions import templates
from slipway.permissions.templates import Grant

BUNDLE = Path(__file__).parents[2]
GRANTS = templates.grants(BUNDLE)
ROLES = sorted({grant.role for grant in GRANTS})
# What gives rights, or gives somebody a role's.
GIVING = re.compile(
    r"iam:(Add|Attach|Create|Deactivate|Delete|Detach|Enable|Pass|Put|Set|Update|Upload)\w*|sts:(Assume|Get.*Token)\w*"
)
# Within a path and only with the boundary: CloudFormation, for the stacks that the pipeline deploys.
DEPLOYING = {"access.TrainingRole", "serving-access.Role"}
# What a deploying role does to the roles of its own stacks besides giving them rights: none of it adds any.
KEEPING = {"iam:DeleteRole", "iam:DeleteRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole"} | {
    "iam:UpdateRoleDescription"
}
BOUNDED = {"iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"}
# Who may hand over whom. A path in place of a role is that of the roles which the stack makes, within the boundary.
HANDED_OVER = {
    "access.TrainingRole": {"role/${Prefix}/training/*"},
    "direct.StateMachineRole": {"${JobRole.Arn}", "${ModelRole.Arn}"},
    "pipeline.Role": {"${TrainingRoleArn}", "${TestRoleArn}", "${ProductionRoleArn}"},
    "serving-access.Role": {"role/${Prefix}/${Environment}/*"},
    "training.AutopilotRole": {"role/${Prefix}/training/autopilot/*"},
    "training.PipelineRole": {"${JobRole.Arn}"},
    "training.StateMachineRole": {"${AutopilotRole.Arn}", "${JobRole.Arn}"},
    "training.WorkflowRole": {"${JobRole.Arn}"},
}


def giving(grant: Grant) -> set[str]:
    """The actions of a statement that give rights."""
    return {item.text for item in grant.actions if GIVING.fullmatch(item.text)}


def all_giving() -> Iterator[tuple[Grant, str]]:
    """Every statement with every action of it that gives rights."""
    return ((grant, action) for grant in GRANTS for action in giving(grant))


def policy(role: str) -> dict[str, Any]:
    """A role's policies as one, what is not known before deployment being filled in."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": grant.sid,
                "Effect": "Allow",
                "Action": [item.text for item in grant.actions],
                "Resource": [re.sub(r"\$\{[^}]+\}", "x", item.text) for item in grant.resources],
                **(
                    {"Condition": {"StringEquals": dict.fromkeys(grant.condition_keys, "x")}}
                    if grant.condition_keys
                    else {}
                ),
            }
            for grant in GRANTS
            if grant.role == role
        ],
    }


def methods(document: dict[str, Any], **flags: bool) -> set[str]:
    """What the scanner calls the ways to more rights in a policy."""
    found = PolicyDocument(document, **flags).allows_privilege_escalation
    return {str(each["type"]) for each in found}


def test_only_what_deploys_stacks_gives_rights_and_only_with_the_boundary() -> None:
    others = {(grant.role, action) for grant, action in all_giving() if action != "iam:PassRole"}
    linked = {("serving-access.Role", "iam:CreateServiceLinkedRole")}
    assert others == {(role, action) for role in DEPLOYING for action in BOUNDED | KEEPING} | linked
    for grant, action in all_giving():
        if action in BOUNDED:
            assert grant.condition_keys == ("iam:PermissionsBoundary",), (grant.role, grant.sid)


def test_nobody_takes_a_boundary_off_or_changes_it() -> None:
    actions = {action for _, action in all_giving()}
    assert not actions & {"iam:DeleteRolePermissionsBoundary", "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"}
    assert not {action for action in actions if action.startswith("sts:")}


@pytest.mark.parametrize("role", sorted(DEPLOYING))
def test_no_role_that_deploys_is_among_those_that_it_keeps(role: str) -> None:
    """Theirs are below a path of the install; it is in the root's stack, where roles have no path."""
    file = BUNDLE / f"cf/{role.partition('.')[0]}.yaml"
    assert "\n      Path:" not in file.read_text("utf-8")
    for grant in GRANTS:
        if grant.role == role and giving(grant) - {"iam:CreateServiceLinkedRole"}:
            assert all(":role/${Prefix}/" in item.text for item in grant.resources), grant.sid


def test_roles_are_handed_over_by_name_or_path_and_to_named_services() -> None:
    found: dict[str, set[str]] = {}
    for grant, action in all_giving():
        if action == "iam:PassRole":
            assert grant.condition_keys == ("iam:PassedToService",), (grant.role, grant.sid)
            resources = {item.text.rpartition(":")[2] for item in grant.resources}
            found.setdefault(grant.role, set()).update(resources)
    assert found == HANDED_OVER


@pytest.mark.parametrize("role", ROLES)
def test_the_scanner_finds_no_way_to_more_rights(role: str) -> None:
    assert methods(policy(role)) == set()


def test_the_scanner_names_the_same_roles_when_it_is_told_to_look_past_resources_and_conditions() -> None:
    named = {
        role
        for role in ROLES
        if methods(policy(role), flag_conditional_statements=True, flag_resource_arn_statements=True)
    }
    assert named == set(HANDED_OVER)


@pytest.mark.parametrize("action", ["iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:CreatePolicyVersion"])
def test_the_scanner_would_name_a_role_that_edits_any_policy(action: str) -> None:
    statement = {"Effect": "Allow", "Action": [action], "Resource": ["*"]}
    assert methods({"Version": "2012-10-17", "Statement": [statement]})
