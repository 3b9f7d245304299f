"""The roles of the stacks that the pipeline deploys: one for each thing that acts, with what it calls and no more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cf import templates

ROLES = [
    pytest.param(name, logical_id, role, id=f"{name}.{logical_id}")
    for name in ("training", "direct", "serving", "batch")
    for logical_id, role in templates.of_type(name, "AWS::IAM::Role").items()
]
# These take no resource, or a resource whose name nobody knows beforehand.
WITHOUT_RESOURCE = {
    "sagemaker:ListCandidatesForAutoMLJob",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:PutMetricData",
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "ec2:UnassignPrivateIpAddresses",
    "ecr:GetAuthorizationToken",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def actions(role: dict[str, Any]) -> set[str]:
    return {action for found in templates.statements(role) for action in templates.as_list(found["Action"])}


@pytest.mark.parametrize(("name", "logical_id", "role"), ROLES)
def test_a_permissions_boundary_is_honoured(name: str, logical_id: str, role: dict[str, Any]) -> None:
    assert role["PermissionsBoundary"] == {
        "Fn::If": ["HasPermissionsBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]
    }


@pytest.mark.parametrize(("name", "logical_id", "role"), ROLES)
def test_every_statement_says_what_it_is_for(name: str, logical_id: str, role: dict[str, Any]) -> None:
    sids = [statement["Sid"] for statement in templates.statements(role)]
    assert len(set(sids)) == len(sids)


@pytest.mark.parametrize(("name", "logical_id", "role"), ROLES)
def test_actions_are_exact_and_no_managed_policy_is_attached(name: str, logical_id: str, role: dict[str, Any]) -> None:
    assert not any("*" in action for action in actions(role))
    assert "ManagedPolicyArns" not in role


@pytest.mark.parametrize(("name", "logical_id", "role"), ROLES)
def test_only_actions_without_a_resource_have_a_bare_star(name: str, logical_id: str, role: dict[str, Any]) -> None:
    for statement in templates.statements(role):
        if "*" in templates.as_list(statement["Resource"]):
            assert set(templates.as_list(statement["Action"])) <= WITHOUT_RESOURCE


@pytest.mark.parametrize(("name", "logical_id", "role"), ROLES)
def test_only_this_account_may_use_a_role_where_aws_documents_that(
    name: str, logical_id: str, role: dict[str, Any]
) -> None:
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    condition = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    is_lambda = trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert trust.get("Condition") == (None if is_lambda else condition)


def test_the_state_machine_may_wait_for_jobs_stop_them_and_hand_them_their_role() -> None:
    role = templates.properties("training", "StateMachineRole")
    assert {"sagemaker:StopTrainingJob", "sagemaker:StopProcessingJob"} <= actions(role)
    by_sid = {statement["Sid"]: statement for statement in templates.statements(role)}
    assert by_sid["HandTheJobsTheirRole"]["Condition"] == {
        "StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}
    }
    rules = " ".join(rule["Fn::Sub"] for rule in by_sid["ManagedRulesOfSync"]["Resource"])
    assert "rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule" in rules
    assert "rule/StepFunctionsGetEventsForSageMakerProcessingJobsRule" in rules


def test_the_state_machine_may_run_the_one_spark_job_and_stop_it() -> None:
    by_sid = {
        found["Sid"]: found for found in templates.statements(templates.properties("training", "StateMachineRole"))
    }
    assert {"glue:StartJobRun", "glue:BatchStopJobRun"} <= set(by_sid["PrepareBySpark"]["Action"])
    assert by_sid["PrepareBySpark"]["Resource"]["Fn::Sub"].endswith(":job/${Prefix}-prepare")
    assert templates.properties("training", "SparkJob")["Name"] == {"Fn::Sub": "${Prefix}-prepare"}


def test_spark_writes_what_it_prepared_and_nothing_else() -> None:
    granted = templates.statements(templates.properties("training", "GlueRole"))
    written = [
        found["Resource"]["Fn::Sub"] for found in granted if "s3:PutObject" in templates.as_list(found["Action"])
    ]
    assert written == ["arn:${AWS::Partition}:s3:::${ArtifactBucket}/runs/*/prepare/*"]


def test_a_missing_result_is_told_from_a_forbidden_one() -> None:
    # docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html: 404 with s3:ListBucket, else 403.
    role = templates.properties("training", "StateMachineRole")
    (listing,) = [found for found in templates.statements(role) if found["Action"] == "s3:ListBucket"]
    assert "Condition" not in listing


def test_deployment_guardrails_may_read_their_alarms() -> None:
    assert "cloudwatch:DescribeAlarms" in actions(templates.properties("serving", "ExecutionRole"))
