"""Under whose rights a stack operation acts."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html"
)

QUEUE: dict[str, Any] = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
SERVICE = "cloudformation.amazonaws.com"


def journal(stacks: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (stacks.engine.home / "journal.jsonl").read_text().splitlines()]


def test_a_stack_acts_under_its_role_and_keeps_it(stacks: Any) -> None:
    role = stacks.role(SERVICE, [{"Action": "sqs:*", "Resource": "*"}])
    stack = stacks.create(QUEUE, RoleARN=role)
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert stack["RoleARN"] == role
    stacks.delete(stack["StackId"])
    made = [
        entry
        for entry in journal(stacks)
        if entry["operation"].endswith(f"{stack['StackName']}/Queue") and entry["service"] == "cloudformation"
    ]
    assert [entry["operation"].split()[0] for entry in made] == ["Create", "Delete"]
    assert {entry["caller"].split("/")[1] for entry in made} == {stacks.name("role")}


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html")
def test_a_stack_without_a_role_calls_through_cloudformation(stacks: Any) -> None:
    through = {"ForAnyValue:StringEquals": {"aws:CalledVia": SERVICE}}
    statements = [
        {"Action": "cloudformation:*", "Resource": "*"},
        {"Action": "sqs:*", "Resource": "*", "Condition": through},
    ]
    user = stacks.name("user")
    stacks.iam.create_user(UserName=user)
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **entry} for entry in statements]}
    stacks.iam.put_user_policy(UserName=user, PolicyName="policy", PolicyDocument=json.dumps(document))
    key = stacks.iam.create_access_key(UserName=user)["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    session = boto3.Session(region_name="us-east-1")
    with pytest.raises(ClientError, match="not authorized to perform: sqs:CreateQueue"):
        session.client("sqs", endpoint_url=stacks.engine.url, **keys).create_queue(QueueName=stacks.name("direct"))
    cloudformation = session.client("cloudformation", endpoint_url=stacks.engine.url, **keys)
    made = cloudformation.create_stack(StackName=stacks.name(), TemplateBody=json.dumps(QUEUE))["StackId"]
    assert stacks.settled(made)["StackStatus"] == "CREATE_COMPLETE"
    assert stacks.delete(made)["StackStatus"] == "DELETE_COMPLETE"
    role = stacks.role(SERVICE, [{"Action": "sqs:*", "Resource": "*", "Condition": through}])
    stack = stacks.create(QUEUE, suffix="of-a-role", RoleARN=role)
    assert "is not authorized to perform: sqs:CreateQueue" in stacks.reasons(stack["StackId"])


def test_a_role_that_may_not_make_the_resource_fails_the_stack_by_name(stacks: Any) -> None:
    role = stacks.role(SERVICE, [{"Action": "sns:*", "Resource": "*"}])
    stack = stacks.create(QUEUE, RoleARN=role)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    reason = stacks.reasons(stack["StackId"])
    assert (
        f"assumed-role/{stacks.name('role')}/AWSCloudFormation is not authorized to perform: sqs:CreateQueue" in reason
    )
    assert "HandlerErrorCode: AccessDenied" in reason
    assert (
        stack["StackStatusReason"] == "The following resource(s) failed to create: [Queue]. Rollback requested by user."
    )


def test_a_role_that_does_not_trust_cloudformation_is_refused(stacks: Any) -> None:
    role = stacks.role("lambda.amazonaws.com", [{"Action": "*", "Resource": "*"}])
    message = stacks.refused(QUEUE, RoleARN=role)
    assert "cloudformation.amazonaws.com may not assume" in message


def test_a_role_without_the_right_to_pass_a_role_cannot_hand_one_to_lambda(stacks: Any) -> None:
    function_role = stacks.role("lambda.amazonaws.com", [{"Action": "logs:*", "Resource": "*"}], "function")
    role = stacks.role(SERVICE, [{"Action": "lambda:*", "Resource": "*"}])
    code = {"ZipFile": "def handler(event, context): return 1"}
    properties = {"Role": function_role, "Runtime": "python3.13", "Handler": "index.handler", "Code": code}
    template = {"Resources": {"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}}}
    stack = stacks.create(template, RoleARN=role)
    assert "is not authorized to perform: iam:PassRole" in stacks.reasons(stack["StackId"])


def test_a_required_permissions_boundary_is_seen_by_the_policy(stacks: Any) -> None:
    boundary = stacks.iam.create_policy(
        PolicyName=stacks.name("boundary"),
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        ),
    )["Policy"]["Arn"]
    condition = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    role = stacks.role(
        SERVICE,
        [
            {"Action": "iam:CreateRole", "Resource": "*", "Condition": condition},
            {"Action": ["iam:DeleteRole", "iam:TagRole"], "Resource": "*"},
        ],
    )
    trusted = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [trusted]}
    bare = {"Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}}
    stack = stacks.create({"Resources": bare}, suffix="bare", RoleARN=role)
    assert "is not authorized to perform: iam:CreateRole" in stacks.reasons(stack["StackId"])
    bare["Role"]["Properties"]["PermissionsBoundary"] = boundary
    assert stacks.create({"Resources": bare}, suffix="bound", RoleARN=role)["StackStatus"] == "CREATE_COMPLETE"


@pytest.mark.parametrize("name", ["NotificationARNs", "ResourceTypes"])
def test_a_request_parameter_that_is_not_executed_is_refused_by_name(stacks: Any, name: str) -> None:
    assert stacks.refused(QUEUE, **{name: ["x"]}) == f"{name}: not executed by this engine"


def test_termination_protection_holds(stacks: Any) -> None:
    stack = stacks.create(QUEUE, EnableTerminationProtection=True)
    assert stack["EnableTerminationProtection"] is True
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        stacks.cloudformation.delete_stack(StackName=stack["StackId"])
    stacks.cloudformation.update_termination_protection(StackName=stack["StackId"], EnableTerminationProtection=False)
    described = stacks.cloudformation.describe_stacks(StackName=stack["StackId"])["Stacks"][0]
    assert described["EnableTerminationProtection"] is False


def test_a_stack_whose_role_is_gone_cannot_be_deleted(stacks: Any) -> None:
    role = stacks.role(SERVICE, [{"Action": "sqs:*", "Resource": "*"}])
    stack = stacks.create(QUEUE, RoleARN=role)
    stacks.iam.delete_role_policy(RoleName=stacks.name("role"), PolicyName="policy")
    stacks.iam.delete_role(RoleName=stacks.name("role"))
    with pytest.raises(ClientError, match=f"{role} (does not exist|is invalid or cannot be assumed)"):
        stacks.cloudformation.delete_stack(StackName=stack["StackId"])
    assert stacks.settled(stack["StackId"])["StackStatus"] == "CREATE_COMPLETE"
    stacks.role(SERVICE, [{"Action": "sqs:*", "Resource": "*"}])
    assert stacks.delete(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def test_a_role_is_known_by_its_path_and_not_by_its_generated_name(stacks: Any) -> None:
    path = f"/{stacks.prefix}/training/"
    roles = f"arn:aws:iam::111122223333:role{path}*"
    actions = ["iam:CreateRole", "iam:DeleteRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:TagRole"]
    role = stacks.role(SERVICE, [{"Action": actions, "Resource": roles}])
    trust = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
    allowed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    properties: dict[str, Any] = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Path": path,
        "Policies": [{"PolicyName": "some", "PolicyDocument": {"Version": "2012-10-17", "Statement": [allowed]}}],
    }
    template = {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}}
    inside = stacks.create(template, suffix="inside-the-path", RoleARN=role)
    assert inside["StackStatus"] == "CREATE_COMPLETE"
    assert stacks.delete(inside["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    outside = {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {**properties, "Path": "/"}}}}
    stack = stacks.create(outside, suffix="outside", RoleARN=role)
    assert "is not authorized to perform: iam:CreateRole" in stacks.reasons(stack["StackId"])
