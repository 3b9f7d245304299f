"""AWS::SecretsManager::Secret and AWS::SecretsManager::ResourcePolicy through CloudFormation."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html"
)
SERVICE = "cloudformation.amazonaws.com"


def template(policy: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    resources: dict[str, Any] = {"Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": properties}}
    if policy:
        attached = {"SecretId": {"Ref": "Secret"}, "ResourcePolicy": policy}
        resources["Policy"] = {"Type": "AWS::SecretsManager::ResourcePolicy", "Properties": attached}
    return {"Resources": resources, "Outputs": {"Arn": {"Value": {"Ref": "Secret"}}}}


def value(stacks: Any, stack: dict[str, Any]) -> str:
    secret = stacks.outputs(stack)["Arn"]
    text: str = stacks.engine.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    return text


def test_a_secret_is_made_changed_in_place_and_deleted_at_once(stacks: Any) -> None:
    client, name = stacks.engine.client("secretsmanager"), stacks.name("secret")
    stack = stacks.create(template(Name=name, SecretString="one", Tags=[{"Key": "a", "Value": "1"}]))
    arn = stacks.outputs(stack)["Arn"]
    assert f":secret:{name}-" in arn
    stack = stacks.update(template(Name=name, SecretString="two", Description="second"))
    assert (stacks.outputs(stack)["Arn"], value(stacks, stack)) == (arn, "two")
    described = client.describe_secret(SecretId=arn)
    assert (described["Description"], described.get("Tags", [])) == ("second", [])
    stacks.delete(stack["StackId"])
    assert client.create_secret(Name=name, SecretString="free again")["Name"] == name
    client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
    "aws-properties-secretsmanager-secret-generatesecretstring.html"
)
def test_a_password_is_generated_into_its_template(stacks: Any) -> None:
    wanted = {
        "SecretStringTemplate": json.dumps({"username": "me"}),
        "GenerateStringKey": "password",
        "PasswordLength": 20,
        "ExcludePunctuation": True,
    }
    first = json.loads(value(stacks, stacks.create(template(GenerateSecretString=wanted))))
    assert first["username"] == "me" and len(first["password"]) == 20 and first["password"].isalnum()
    unchanged = stacks.update(template(GenerateSecretString=wanted, Description="new"))
    assert json.loads(value(stacks, unchanged)) == first
    longer = stacks.update(template(GenerateSecretString={**wanted, "PasswordLength": 24}))
    assert len(json.loads(value(stacks, longer))["password"]) == 24


def test_a_generated_name_begins_with_the_logical_id(stacks: Any) -> None:
    assert ":secret:Secret-" in stacks.outputs(stacks.create(template(SecretString="one")))["Arn"]


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-resourcepolicy.html"
)
def test_a_policy_of_a_secret_decides_about_it(stacks: Any) -> None:
    denied = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [denied]}
    stack = stacks.create(template(policy, SecretString="one"))
    client = stacks.engine.client("secretsmanager")
    with pytest.raises(client.exceptions.ClientError, match="with an explicit deny in a resource-based policy"):
        value(stacks, stack)
    assert value(stacks, stacks.update(template(SecretString="one"))) == "one"


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"SecretString": "a", "GenerateSecretString": {}}, "You can't specify both SecretString and GenerateSecret"),
        (
            {"GenerateSecretString": {"GenerateStringKey": "password"}},
            "SecretStringTemplate and GenerateStringKey must be given together",
        ),
        (
            {"GenerateSecretString": {"GenerateStringKey": "password", "SecretStringTemplate": "no"}},
            "SecretStringTemplate is not JSON",
        ),
    ],
    ids=["two values", "half a template", "no JSON"],
)
def test_a_value_that_cannot_be_made_fails_the_stack(stacks: Any, properties: dict[str, Any], message: str) -> None:
    stack = stacks.create(template(**properties))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert message in stacks.reasons(stack["StackId"])


def test_a_role_that_may_not_generate_a_password_fails_the_stack(stacks: Any) -> None:
    role = stacks.role(SERVICE, [{"Action": ["secretsmanager:*Secret"], "Resource": "*"}])
    stack = stacks.create(template(GenerateSecretString={}), RoleARN=role)
    assert "is not authorized to perform: secretsmanager:GetRandomPassword" in stacks.reasons(stack["StackId"])
