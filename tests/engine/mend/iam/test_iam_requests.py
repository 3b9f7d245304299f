"""What a request to IAM is evaluated with."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html"
)
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
TRUST_POLICY = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})


def asked(engine: Any, operation: str, name: str) -> str:
    """The resource of the last check of an IAM operation in the journal that names `name`."""
    lines = (engine.home / "journal.jsonl").read_text().splitlines()
    checks = [check for line in lines for check in json.loads(line).get("checks", ())]
    return str([c["resource"] for c in checks if c["action"] == f"iam:{operation}" and name in c["resource"]][-1])


def test_a_path_is_part_of_the_resource(engine: Any) -> None:
    iam, name = engine.client("iam"), f"pathed-{uuid.uuid4().hex[:8]}"
    iam.create_role(RoleName=name, Path="/a/b/", AssumeRolePolicyDocument=TRUST_POLICY)
    iam.create_group(GroupName=name, Path="/g/")
    iam.create_user(UserName=name, Path="/u/")
    iam.add_user_to_group(GroupName=name, UserName=name)
    iam.remove_user_from_group(GroupName=name, UserName=name)
    iam.create_instance_profile(InstanceProfileName=name, Path="/i/")
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
    iam.delete_instance_profile(InstanceProfileName=name)
    for kind in ("role", "user", "group"):
        getattr(iam, f"delete_{kind}")(**{f"{kind.title()}Name": name})
    account = "arn:aws:iam::111122223333"
    assert asked(engine, "CreateRole", name) == f"{account}:role/a/b/{name}"
    assert asked(engine, "DeleteRole", name) == f"{account}:role/a/b/{name}"
    assert asked(engine, "CreateUser", name) == f"{account}:user/u/{name}"
    assert asked(engine, "DeleteUser", name) == f"{account}:user/u/{name}"
    assert asked(engine, "AddUserToGroup", name) == f"{account}:group/g/{name}"
    assert asked(engine, "AddRoleToInstanceProfile", name) == f"{account}:instance-profile/i/{name}"


def test_the_boundary_that_a_role_has_is_a_condition_of_its_policies(engine: Any, stacks: Any) -> None:
    iam, name = engine.client("iam"), stacks.name("bounded")
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    )
    boundary = iam.create_policy(PolicyName=stacks.name("boundary"), PolicyDocument=document)["Policy"]["Arn"]
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST_POLICY, PermissionsBoundary=boundary)
    condition = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    deployer = stacks.role(
        "cloudformation.amazonaws.com",
        [{"Action": ["iam:PutRolePolicy", "iam:DeleteRolePolicy"], "Resource": "*", "Condition": condition}],
    )
    properties = {"RoleName": name, "PolicyName": "p", "PolicyDocument": json.loads(document)}
    template = {"Resources": {"Policy": {"Type": "AWS::IAM::RolePolicy", "Properties": properties}}}
    stack = stacks.create(template, RoleARN=deployer)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stacks.reasons(stack["StackId"])
    stacks.delete(stack["StackId"])
    iam.delete_role_permissions_boundary(RoleName=name)
    refused = stacks.create(template, suffix="unbounded", RoleARN=deployer)
    assert "is not authorized to perform: iam:PutRolePolicy" in stacks.reasons(refused["StackId"])
