"""CloudFormation's IAM types."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html"
)
SERVICE = "cloudformation.amazonaws.com"
MANAGED = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def trust(service: str = "lambda.amazonaws.com") -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def document(action: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def inline(name: str, action: str = "s3:GetObject") -> dict[str, Any]:
    return {"PolicyName": name, "PolicyDocument": document(action)}


def role(**properties: Any) -> dict[str, Any]:
    declared = {"AssumeRolePolicyDocument": trust(), **properties}
    return {"Type": "AWS::IAM::Role", "Properties": declared}


def template(outputs: dict[str, Any] | None = None, **resources: Any) -> dict[str, Any]:
    return {"Resources": resources, "Outputs": {name: {"Value": value} for name, value in (outputs or {}).items()}}


ROLE_OUTPUTS = {
    "Name": {"Ref": "Role"},
    "Arn": {"Fn::GetAtt": ["Role", "Arn"]},
    "Id": {"Fn::GetAtt": ["Role", "RoleId"]},
}


def test_a_role_is_made_changed_in_place_and_deleted(stacks: Any) -> None:
    iam = stacks.iam
    first = role(
        Description="one",
        Policies=[inline("a"), inline("b")],
        ManagedPolicyArns=[MANAGED],
        Tags=[{"Key": "x", "Value": "1"}],
    )
    stack = stacks.create(template(ROLE_OUTPUTS, Role=first))
    made = stacks.outputs(stack)
    assert made["Name"].startswith(f"{stacks.name()}-Role-")
    assert made["Arn"] == f"arn:aws:iam::111122223333:role/{made['Name']}" and made["Id"].startswith("AROA")

    second = role(
        AssumeRolePolicyDocument=trust("states.amazonaws.com"),
        MaxSessionDuration=7200,
        Policies=[inline("b", "s3:PutObject")],
        Tags=[{"Key": "y", "Value": "2"}],
    )
    assert stacks.outputs(stacks.update(template(ROLE_OUTPUTS, Role=second))) == made
    found = iam.get_role(RoleName=made["Name"])["Role"]
    assert found["AssumeRolePolicyDocument"] == trust("states.amazonaws.com")
    assert (found["MaxSessionDuration"], found.get("Description", "")) == (7200, "")
    assert found["Tags"] == [{"Key": "y", "Value": "2"}]
    assert iam.list_role_policies(RoleName=made["Name"])["PolicyNames"] == ["b"]
    changed = iam.get_role_policy(RoleName=made["Name"], PolicyName="b")["PolicyDocument"]
    assert changed == document("s3:PutObject")
    assert iam.list_attached_role_policies(RoleName=made["Name"])["AttachedPolicies"] == []
    stacks.delete(stack["StackId"])
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName=made["Name"])


def test_another_path_replaces_a_role(stacks: Any) -> None:
    stacks.create(template(ROLE_OUTPUTS, Role=role(Path="/one/")))
    stack = stacks.update(template(ROLE_OUTPUTS, Role=role(Path="/two/")))
    assert stacks.outputs(stack)["Arn"].split("/")[1] == "two"
    assert [
        found["Path"] for found in stacks.iam.list_roles()["Roles"] if found["RoleName"].startswith(stacks.name())
    ] == ["/two/"]


def test_a_role_whose_policy_may_not_be_set_is_removed_again(stacks: Any) -> None:
    actions = ["iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy"]
    deployer = stacks.role(SERVICE, [{"Action": actions, "Resource": "*"}])
    name = stacks.name("made")
    stack = stacks.create(template(Role=role(RoleName=name, Policies=[inline("a")])), RoleARN=deployer)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    reason = stacks.reasons(stack["StackId"])
    assert "is not authorized to perform: iam:PutRolePolicy" in reason and "HandlerErrorCode: AccessDenied" in reason
    with pytest.raises(stacks.iam.exceptions.NoSuchEntityException):
        stacks.iam.get_role(RoleName=name)


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html")
def test_only_roles_with_the_boundary_are_made(stacks: Any) -> None:
    boundary = stacks.iam.create_policy(PolicyName=stacks.name("boundary"), PolicyDocument=json.dumps(document("*")))
    arn = boundary["Policy"]["Arn"]
    with_boundary = {"StringEquals": {"iam:PermissionsBoundary": arn}}
    statements = [
        {"Action": ["iam:CreateRole", "iam:PutRolePolicy"], "Resource": "*", "Condition": with_boundary},
        {"Action": ["iam:DeleteRole*", "iam:GetRole"], "Resource": "*"},
    ]
    deployer = stacks.role(SERVICE, statements)
    bounded = template(Role=role(PermissionsBoundary=arn, Policies=[inline("a")]))
    stack = stacks.create(bounded, suffix="bounded", RoleARN=deployer)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stacks.reasons(stack["StackId"])
    free = stacks.create(template(Role=role()), suffix="free", RoleARN=deployer)
    assert "is not authorized to perform: iam:CreateRole" in stacks.reasons(free["StackId"])


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"AssumeRolePolicyDocument": trust("lambda.amazonaws.org")}, '"SERVICE":"lambda.amazonaws.org"'),
        ({"PermissionsBoundary": "arn:aws:iam::111122223333:policy/no"}, "does not exist or is not attachable"),
        ({"ManagedPolicyArns": ["arn:aws:iam::111122223333:policy/no"]}, "does not exist or is not attachable"),
        ({"Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": [{}]}}]}, "MalformedPolicyDocument"),
    ],
    ids=["no service", "no boundary", "no managed policy", "no policy"],
)
def test_a_role_that_iam_refuses_fails_the_stack(stacks: Any, properties: dict[str, Any], message: str) -> None:
    stack = stacks.create(template(Role=role(**properties)))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert message in stacks.reasons(stack["StackId"]) or "HandlerErrorCode: InvalidRequest" in stacks.reasons(
        stack["StackId"]
    )


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html"
)
def test_an_inline_policy_follows_the_principals_that_it_names(stacks: Any) -> None:
    roles = {"One": role(RoleName=stacks.name("one")), "Two": role(RoleName=stacks.name("two"))}

    def of(policy_name: str, *names: str) -> dict[str, Any]:
        properties = {"PolicyName": policy_name, "PolicyDocument": document("s3:GetObject"),
                      "Roles": [{"Ref": name} for name in names]}  # fmt: skip
        return template(**roles, Policy={"Type": "AWS::IAM::Policy", "Properties": properties})

    def named(suffix: str) -> list[str]:
        found: list[str] = stacks.iam.list_role_policies(RoleName=stacks.name(suffix))["PolicyNames"]
        return found

    stacks.create(of("first", "One"))
    assert (named("one"), named("two")) == (["first"], [])
    stacks.update(of("second", "One", "Two"))
    assert (named("one"), named("two")) == (["second"], ["second"])
    stacks.update(of("second", "Two"))
    assert (named("one"), named("two")) == ([], ["second"])
    stack = stacks.update(template(**roles))
    assert (named("one"), named("two")) == ([], [])
    nobody = of("third")
    assert stacks.update(nobody)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "At least one of [Groups,Roles,Users] must be non-empty." in stacks.reasons(stack["StackId"])


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html"
)
def test_a_managed_policy_gets_another_version_and_keeps_at_most_five(stacks: Any) -> None:
    def of(action: str) -> dict[str, Any]:
        properties = {"PolicyDocument": document(action), "Roles": [{"Ref": "Role"}]}
        outputs = {
            "Arn": {"Ref": "Policy"},
            "Version": {"Fn::GetAtt": ["Policy", "DefaultVersionId"]},
            "Attached": {"Fn::GetAtt": ["Policy", "AttachmentCount"]},
        }
        policy = {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}
        return template(outputs, Role=role(), Policy=policy)

    stack = stacks.create(of("s3:a"))
    assert stacks.outputs(stack)["Version"] == "v1" and stacks.outputs(stack)["Attached"] == "1"
    for action in ("s3:b", "s3:c", "s3:d", "s3:e", "s3:f"):
        stack = stacks.update(of(action))
    arn = stacks.outputs(stack)["Arn"]
    assert stacks.outputs(stack)["Version"] == "v6"
    versions = stacks.iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert {version["VersionId"] for version in versions} == {"v2", "v3", "v4", "v5", "v6"}
    current = stacks.iam.get_policy_version(PolicyArn=arn, VersionId="v6")["PolicyVersion"]["Document"]
    assert current == document("s3:f")
    assert stacks.delete(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def test_a_managed_policy_attached_elsewhere_holds_the_deletion_up(stacks: Any) -> None:
    properties = {"PolicyDocument": document("s3:a")}
    stack = stacks.create(
        template({"Arn": {"Ref": "Policy"}}, Policy={"Type": "AWS::IAM::ManagedPolicy", "Properties": properties})
    )
    arn = stacks.outputs(stack)["Arn"]
    stacks.role("lambda.amazonaws.com", [{"Action": "s3:a", "Resource": "*"}], "other")
    stacks.iam.attach_role_policy(RoleName=stacks.name("other"), PolicyArn=arn)
    assert stacks.delete(stack["StackId"])["StackStatus"] == "DELETE_FAILED"
    assert "Cannot delete a policy attached to entities." in stacks.reasons(stack["StackId"])
    stacks.iam.detach_role_policy(RoleName=stacks.name("other"), PolicyArn=arn)


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-user.html")
def test_a_user_with_a_group_and_a_key_is_made_changed_and_deleted(stacks: Any) -> None:
    def of(status: str, **properties: Any) -> dict[str, Any]:
        group = {"Type": "AWS::IAM::Group", "Properties": {"Policies": [inline("g")]}}
        user = {"Type": "AWS::IAM::User", "Properties": {"Groups": [{"Ref": "Group"}], **properties}}
        key = {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "User"}, "Status": status}}
        outputs = {
            "User": {"Ref": "User"},
            "Group": {"Ref": "Group"},
            "Key": {"Ref": "Key"},
            "Secret": {"Fn::GetAtt": ["Key", "SecretAccessKey"]},
        }
        return template(outputs, User=user, Group=group, Key=key)

    stack = stacks.create(of("Inactive", Policies=[inline("u")]))
    made = stacks.outputs(stack)
    [key] = stacks.iam.list_access_keys(UserName=made["User"])["AccessKeyMetadata"]
    assert (key["AccessKeyId"], key["Status"], bool(made["Secret"])) == (made["Key"], "Inactive", True)
    assert [u["UserName"] for u in stacks.iam.get_group(GroupName=made["Group"])["Users"]] == [made["User"]]
    stacks.update(of("Active", Policies=[inline("w")], Tags=[{"Key": "a", "Value": "1"}]))
    [key] = stacks.iam.list_access_keys(UserName=made["User"])["AccessKeyMetadata"]
    assert key["Status"] == "Active"
    assert stacks.iam.list_user_policies(UserName=made["User"])["PolicyNames"] == ["w"]
    assert stacks.iam.list_user_tags(UserName=made["User"])["Tags"] == [{"Key": "a", "Value": "1"}]
    assert stacks.delete(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-rolepolicy.html"
)
def test_a_role_policy_is_a_resource_of_its_own(stacks: Any) -> None:
    def of(action: str) -> dict[str, Any]:
        properties = {"RoleName": {"Ref": "Role"}, "PolicyName": "own", "PolicyDocument": document(action)}
        return template(ROLE_OUTPUTS, Role=role(), Policy={"Type": "AWS::IAM::RolePolicy", "Properties": properties})

    name = stacks.outputs(stacks.create(of("s3:a")))["Name"]
    stacks.update(of("s3:b"))
    found = stacks.iam.get_role_policy(RoleName=name, PolicyName="own")["PolicyDocument"]
    assert found == document("s3:b")
    stacks.update(template(ROLE_OUTPUTS, Role=role()))
    assert stacks.iam.list_role_policies(RoleName=name)["PolicyNames"] == []


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-instanceprofile.html"
)
def test_an_instance_profile_holds_its_role(stacks: Any) -> None:
    def of(name: str) -> dict[str, Any]:
        profile = {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [{"Ref": name}]}}
        return template({"Name": {"Ref": "Profile"}}, One=role(), Two=role(), Profile=profile)

    name = stacks.outputs(stacks.create(of("One")))["Name"]
    stack = stacks.update(of("Two"))
    [held] = stacks.iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]
    assert "-Two-" in held["RoleName"]
    assert stacks.delete(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"
