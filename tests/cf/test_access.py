"""Roles of the root: one for each thing that acts, exact actions, and a boundary that contains what is deployed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cf import templates

PARTS = ("access", "serving-access", "actions", "pipeline", "triggers", "teardown", "notebook")
ROLES = [
    pytest.param(name, role, id=f"{name}.{logical_id}")
    for name in PARTS
    for logical_id, role in templates.of_type(name, "AWS::IAM::Role").items()
]
BOUNDARY = templates.properties("access", "Boundary")["PolicyDocument"]["Statement"]
# A managed policy holds 6,144 characters without white space:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MANAGED_POLICY_CHARACTERS = 6144
# Below these in the artifact bucket is what models are made of, what callers sent, and what they were answered.
PREDICTED = ("async", "batch", "capture", "direct", "models", "results", "runs")


def statements(name: str, role: dict[str, Any]) -> list[dict[str, Any]]:
    """A role's statements, with those of the policies that stand beside it."""
    found = templates.statements(role)
    for policy in templates.of_type(name, "AWS::IAM::Policy").values():
        found += policy["PolicyDocument"]["Statement"]
    return found


@pytest.mark.parametrize(("name", "role"), ROLES)
def test_actions_are_exact(name: str, role: dict[str, Any]) -> None:
    # The two families that SSE-KMS artifacts of CodePipeline are documented with.
    families = {"kms:GenerateDataKey*", "kms:ReEncrypt*"}
    allowed = [found for found in statements(name, role) if found["Effect"] == "Allow"]
    actions = {action for found in allowed for action in templates.as_list(found["Action"])}
    assert not {action for action in actions - families if "*" in action}
    assert "ManagedPolicyArns" not in role


@pytest.mark.parametrize(("name", "role"), ROLES)
def test_every_statement_says_what_it_is_for(name: str, role: dict[str, Any]) -> None:
    assert all(found["Sid"] for found in statements(name, role))


@pytest.mark.parametrize(("name", "role"), ROLES)
def test_a_given_boundary_is_on_every_role(name: str, role: dict[str, Any]) -> None:
    assert role["PermissionsBoundary"]["Fn::If"][:2] == ["HasPermissionsBoundary", {"Ref": "PermissionsBoundaryArn"}]


@pytest.mark.parametrize(("name", "role"), ROLES)
def test_a_role_that_gives_rights_gives_them_within_the_boundary(name: str, role: dict[str, Any]) -> None:
    for found in statements(name, role):
        if {"iam:CreateRole", "iam:PutRolePolicy"} & set(templates.as_list(found["Action"])):
            assert list(found["Condition"]["StringEquals"]) == ["iam:PermissionsBoundary"]


@pytest.mark.parametrize(("name", "role"), ROLES)
def test_a_role_is_passed_to_named_services_only(name: str, role: dict[str, Any]) -> None:
    for found in statements(name, role):
        if "iam:PassRole" in templates.as_list(found["Action"]):
            assert "iam:PassedToService" in found["Condition"]["StringEquals"]


@pytest.mark.parametrize("name", PARTS)
def test_a_bare_star_has_a_sentence_above_it(name: str) -> None:
    lines = (templates.FOLDER / f"{name}.yaml").read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.strip() == 'Resource: "*"':
            start = max(index for index in range(number) if "- Sid:" in lines[index])
            assert lines[start - 1].strip().startswith("#"), f"cf/{name}.yaml:{number + 1}"


def test_a_build_cannot_touch_models_results_or_what_callers_sent() -> None:
    policy = templates.properties("pipeline", "BuildPolicy")["PolicyDocument"]["Statement"]
    (denied,) = [found for found in policy if found["Effect"] == "Deny"]
    prefixes = [resource["Fn::Sub"].partition("${ArtifactBucket}")[2] for resource in denied["Resource"]]
    assert (denied["Action"], prefixes) == ("s3:*", [f"/{name}/*" for name in PREDICTED])


def test_a_build_writes_data_sets_only() -> None:
    policy = templates.properties("pipeline", "BuildPolicy")["PolicyDocument"]["Statement"]
    writes = [found["Resource"]["Fn::Sub"] for found in policy if "s3:PutObject" in found["Action"]]
    assert [text for text in writes if "DataBucket" in text] == ["arn:${AWS::Partition}:s3:::${DataBucket}/datasets/*"]


@pytest.mark.parametrize(
    ("name", "stacks"), [("access", ["training", "direct", "callback"]), ("serving-access", ["serving"])]
)
def test_a_deploy_role_knows_the_roles_of_its_stacks_by_their_path(name: str, stacks: list[str]) -> None:
    environment = "training" if name == "access" else "${Environment}"
    role = templates.properties(name, "TrainingRole" if name == "access" else "Role")
    resources = {
        found["Resource"]["Fn::Sub"]
        for found in templates.statements(role)
        if any(action.startswith("iam:") for action in templates.as_list(found["Action"]))
    }
    assert resources == {f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/${{Prefix}}/{environment}/*"}
    for stack in stacks:
        for deployed in templates.of_type(stack, "AWS::IAM::Role").values():
            assert deployed["Path"]["Fn::Sub"].startswith(f"/${{Prefix}}/{environment}/")
            assert "RoleName" not in deployed


@pytest.mark.parametrize("name", ["training", "direct", "serving", "batch"])
def test_a_role_that_hands_roles_over_by_their_path_hands_over_itself_only(name: str) -> None:
    roles = templates.of_type(name, "AWS::IAM::Role")
    for role in roles.values():
        passed = [found for found in templates.statements(role) if "iam:PassRole" in templates.as_list(found["Action"])]
        for path in [found["Resource"]["Fn::Sub"] for found in passed if "Fn::Sub" in found["Resource"]]:
            own = path.partition(":role")[2].removesuffix("*")
            assert [other for other in roles.values() if other["Path"] == {"Fn::Sub": own}] == [role]


DEPLOYED = [
    pytest.param(role, id=f"{name}.{logical_id}")
    for name in ("training", "direct", "callback", "serving", "batch")
    for logical_id, role in templates.of_type(name, "AWS::IAM::Role").items()
]


def actions(statements: list[dict[str, Any]]) -> set[str]:
    """Every action of statements."""
    return {action for found in statements for action in templates.as_list(found["Action"])}


@pytest.mark.parametrize("role", DEPLOYED)
def test_the_boundary_contains_what_the_deployed_roles_do(role: dict[str, Any]) -> None:
    assert actions(templates.statements(role)) <= actions(BOUNDARY)


def test_the_boundary_contains_nothing_that_no_deployed_role_does() -> None:
    done = [actions(templates.statements(parameter.values[0])) for parameter in DEPLOYED]
    assert actions(BOUNDARY) <= set().union(*done)


def test_the_boundary_lets_nobody_make_or_change_roles() -> None:
    allowed = {action for found in BOUNDARY for action in templates.as_list(found["Action"])}
    assert {action for action in allowed if action.startswith("iam:")} == {"iam:PassRole"}


def test_the_boundary_lets_roles_be_handed_to_sagemaker_only_and_those_of_the_trainings_stack_only() -> None:
    """What a role that the pipeline makes may hand over, however its own policy is written, is a way to more rights."""
    (passing,) = [found for found in BOUNDARY if "iam:PassRole" in templates.as_list(found["Action"])]
    assert passing["Action"] == "iam:PassRole"
    path = "role/${Prefix}/training/*"
    assert passing["Resource"] == {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{path}"}
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


def test_only_calls_that_know_no_resource_of_the_installs_have_a_star_in_the_boundary() -> None:
    stars = [found["Sid"] for found in BOUNDARY if "*" in templates.as_list(found["Resource"])]
    assert stars == ["WithoutResource"]


def test_the_boundary_lets_nobody_share_the_key_or_rewrite_the_accounts_log_policies() -> None:
    allowed = {action for found in BOUNDARY for action in templates.as_list(found["Action"])}
    assert not allowed & {"kms:CreateGrant", "kms:PutKeyPolicy", "logs:PutResourcePolicy", "s3:PutBucketPolicy"}


def test_the_boundary_fits_in_a_managed_policy() -> None:
    assert len(json.dumps(BOUNDARY, separators=(",", ":"))) <= MANAGED_POLICY_CHARACTERS


def test_api_gateways_log_role_is_only_made_when_asked_for_and_stays() -> None:
    for logical_id in ("ApiGatewayLogRole", "ApiGatewayAccount"):
        resource = templates.load("access")["Resources"][logical_id]
        assert (resource["Condition"], resource["DeletionPolicy"]) == ("ManagesApiGatewayLogging", "Retain")
