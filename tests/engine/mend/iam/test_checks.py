"""What IAM refuses: trust policies, sizes, policies that are not there, principals in use."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.specification("docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html")
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
QUOTAS = pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html")


def policy(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def large(size: int) -> str:
    return policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{'x' * size}"})


@pytest.fixture
def iam(engine: Any) -> Any:
    return engine.client("iam")


@pytest.fixture
def role(iam: Any) -> Iterator[str]:
    name = f"checked-{uuid.uuid4().hex[:8]}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(TRUST))
    yield name
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
    for inline in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=inline)
    iam.delete_role(RoleName=name)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("no json", "This policy contains invalid Json"),
        (policy(), "Syntax errors in policy."),
        (policy({**TRUST, "Effect": "Maybe"}), "Syntax errors in policy."),
        (policy({**TRUST, "Resource": "*"}), "Has prohibited field Resource"),
        (policy({"Effect": "Allow", "Action": "sts:AssumeRole"}), "Missing required field Principal"),
        (policy({"Effect": "Allow", "Principal": "*"}), "Missing required field Action"),
        (policy({**TRUST, "Action": "s3:GetObject"}), "AssumeRole policy may only specify STS AssumeRole actions."),
        (
            policy({**TRUST, "Principal": {"Service": "lambda"}}),
            'Invalid principal in policy: "SERVICE":"lambda"',
        ),
        (
            policy({**TRUST, "Principal": {"AWS": "arn:aws:iam::111122223333:role/nobody"}}),
            'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/nobody"',
        ),
        (policy({**TRUST, "Principal": "lambda"}), 'Invalid principal in policy: "lambda"'),
    ],
)
def test_a_trust_policy_that_nobody_could_use_is_refused(iam: Any, role: str, document: str, message: str) -> None:
    with pytest.raises(ClientError) as caught:
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=document)
    assert caught.value.response["Error"]["Code"] == "MalformedPolicyDocument"
    assert caught.value.response["Error"]["Message"] == message


def test_a_role_may_trust_another_and_the_account(iam: Any, role: str) -> None:
    for principal in (iam.get_role(RoleName=role)["Role"]["Arn"], "arn:aws:iam::111122223333:root", "111122223333"):
        document = policy({**TRUST, "Principal": {"AWS": [principal]}})
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=document)


@QUOTAS
def test_a_roles_inline_policies_are_limited_together(iam: Any, role: str) -> None:
    iam.put_role_policy(RoleName=role, PolicyName="one", PolicyDocument=large(6000))
    with pytest.raises(ClientError, match=f"Maximum policy size of 10240 bytes exceeded for role {role}"):
        iam.put_role_policy(RoleName=role, PolicyName="two", PolicyDocument=large(6000))
    iam.put_role_policy(RoleName=role, PolicyName="one", PolicyDocument=large(9000))


@QUOTAS
def test_a_managed_policy_is_limited_and_white_space_does_not_count(iam: Any) -> None:
    with pytest.raises(ClientError, match="Cannot exceed quota for PolicySize: 6144"):
        iam.create_policy(PolicyName="too-large", PolicyDocument=large(6144))
    spaced = json.dumps(json.loads(large(5000)), indent=400)
    arn = iam.create_policy(PolicyName=f"spaced-{uuid.uuid4().hex[:8]}", PolicyDocument=spaced)["Policy"]["Arn"]
    iam.delete_policy(PolicyArn=arn)


@QUOTAS
def test_a_role_has_at_most_ten_managed_policies(iam: Any, role: str) -> None:
    arns = [
        iam.create_policy(PolicyName=f"{role}-{number}", PolicyDocument=large(1))["Policy"]["Arn"]
        for number in range(11)
    ]
    for arn in (*arns[:10], arns[0]):
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    with pytest.raises(ClientError, match="Cannot exceed quota for PoliciesPerRole: 10"):
        iam.attach_role_policy(RoleName=role, PolicyArn=arns[10])


@QUOTAS
def test_a_trust_policy_is_limited(iam: Any, role: str) -> None:
    principals = [f"arn:aws:iam::222233334444:role/{number:040}" for number in range(30)]
    with pytest.raises(ClientError, match="Cannot exceed quota for ACLSizePerRole: 2048"):
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=policy({**TRUST, "Principal": {"AWS": principals}}))


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html")
@pytest.mark.parametrize("arn", ["arn:aws:iam::111122223333:policy/no", "arn:aws:iam::aws:policy/NoSuchPolicy"])
def test_a_policy_that_is_not_there_is_not_attached(iam: Any, role: str, arn: str) -> None:
    with pytest.raises(ClientError, match=f"Policy {arn} does not exist or is not attachable"):
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html")
def test_a_policy_of_aws_that_is_not_there_says_where_the_list_of_them_is(iam: Any, role: str) -> None:
    with pytest.raises(ClientError, match="`aws iam list-policies --scope AWS` lists them"):
        iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy")
    names = {found["PolicyName"] for found in iam.list_policies(Scope="AWS")["Policies"]}
    assert {"AdministratorAccess", "AWSLambdaBasicExecutionRole"} <= names


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html")
def test_a_user_or_a_group_in_use_is_not_deleted(iam: Any) -> None:
    user, group = f"user-{uuid.uuid4().hex[:8]}", f"group-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=user)
    iam.create_group(GroupName=group)
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=large(1))
    iam.put_group_policy(GroupName=group, PolicyName="p", PolicyDocument=large(1))
    iam.add_user_to_group(UserName=user, GroupName=group)
    with pytest.raises(ClientError, match="Cannot delete entity, must delete policies first"):
        iam.delete_user(UserName=user)
    iam.delete_user_policy(UserName=user, PolicyName="p")
    with pytest.raises(ClientError, match="Cannot delete entity, must remove users from group first"):
        iam.delete_user(UserName=user)
    with pytest.raises(ClientError, match="Cannot delete entity, must remove users from group first"):
        iam.delete_group(GroupName=group)
    iam.remove_user_from_group(UserName=user, GroupName=group)
    with pytest.raises(ClientError, match="Cannot delete entity, must delete policies first"):
        iam.delete_group(GroupName=group)
    iam.delete_group_policy(GroupName=group, PolicyName="p")
    iam.delete_group(GroupName=group)
    iam.delete_user(UserName=user)


def test_an_empty_description_takes_a_roles_description_away(iam: Any, role: str) -> None:
    iam.update_role(RoleName=role, Description="one")
    iam.update_role(RoleName=role, Description="")
    assert not iam.get_role(RoleName=role)["Role"].get("Description")
