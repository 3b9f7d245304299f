"""AWS::KMS::Key and AWS::KMS::Alias through CloudFormation."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html"
)
SERVICE = "cloudformation.amazonaws.com"
ACCOUNT = {"AWS": "arn:aws:iam::111122223333:root"}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": ACCOUNT, "Action": "kms:*", "Resource": "*"}],
}


def template(alias: str | None = None, **properties: Any) -> dict[str, Any]:
    resources = {"Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": POLICY, **properties}}}
    if alias:
        target = {"AliasName": alias, "TargetKeyId": {"Ref": "Key"}}
        resources["Alias"] = {"Type": "AWS::KMS::Alias", "Properties": target}
    outputs = {"Id": {"Ref": "Key"}, "Arn": {"Fn::GetAtt": ["Key", "Arn"]}, "KeyId": {"Fn::GetAtt": ["Key", "KeyId"]}}
    return {"Resources": resources, "Outputs": {name: {"Value": value} for name, value in outputs.items()}}


def described(stacks: Any, key: str) -> dict[str, Any]:
    metadata: dict[str, Any] = stacks.engine.client("kms").describe_key(KeyId=key)["KeyMetadata"]
    return metadata


def test_a_key_is_made_changed_in_place_and_scheduled_for_deletion(stacks: Any) -> None:
    kms = stacks.engine.client("kms")
    first = {"Description": "one", "EnableKeyRotation": True, "Tags": [{"Key": "a", "Value": "1"}]}
    stack = stacks.create(template(**first))
    key = stacks.outputs(stack)
    assert key["Id"] == key["KeyId"] and key["Arn"] == f"arn:aws:kms:us-east-1:111122223333:key/{key['Id']}"
    assert kms.get_key_rotation_status(KeyId=key["Id"])["KeyRotationEnabled"] is True

    second = {"Description": "two", "Enabled": False, "Tags": [{"Key": "b", "Value": "2"}], "PendingWindowInDays": 7}
    stack = stacks.update(template(**second))
    assert stacks.outputs(stack) == key
    metadata = described(stacks, key["Id"])
    assert (metadata["Description"], metadata["KeyState"]) == ("two", "Disabled")
    assert kms.list_resource_tags(KeyId=key["Id"])["Tags"] == [{"TagKey": "b", "TagValue": "2"}]
    stacks.update(template(**{**second, "Enabled": True}))
    assert kms.get_key_rotation_status(KeyId=key["Id"])["KeyRotationEnabled"] is False
    stacks.delete(stack["StackId"])
    assert described(stacks, key["Id"])["KeyState"] == "PendingDeletion"


def test_another_key_spec_fails_the_update_and_keeps_the_key(stacks: Any) -> None:
    key = stacks.outputs(stacks.create(template()))["Id"]
    stack = stacks.update(template(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY"))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "KeySpec of a KMS key cannot be changed after the key is created" in stacks.reasons(stack["StackId"])
    assert described(stacks, key)["KeyState"] == "Enabled"


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-alias.html")
def test_an_alias_follows_its_name_and_goes_with_the_stack(stacks: Any) -> None:
    kms, old, new = stacks.engine.client("kms"), f"alias/{stacks.prefix}-old", f"alias/{stacks.prefix}-new"
    stack = stacks.create(template(old))
    key = stacks.outputs(stack)["Id"]
    assert described(stacks, old)["KeyId"] == key
    stacks.update(template(new))
    assert [alias["AliasName"] for alias in kms.list_aliases(KeyId=key)["Aliases"]] == [new]
    stacks.delete(stack["StackId"])
    assert kms.list_aliases(KeyId=key)["Aliases"] == []


def test_rotation_that_the_role_may_not_enable_fails_and_removes_the_key(stacks: Any) -> None:
    actions = ["kms:CreateKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DescribeKey"]
    role = stacks.role(SERVICE, [{"Action": actions, "Resource": "*"}])
    before = {key["KeyId"] for key in stacks.engine.client("kms").list_keys()["Keys"]}
    stack = stacks.create(template(EnableKeyRotation=True), RoleARN=role)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "is not authorized to perform: kms:EnableKeyRotation" in stacks.reasons(stack["StackId"])
    [made] = {key["KeyId"] for key in stacks.engine.client("kms").list_keys()["Keys"]} - before
    assert described(stacks, made)["KeyState"] == "PendingDeletion"


def test_a_policy_that_locks_everybody_out_fails_unless_the_template_insists(stacks: Any) -> None:
    locked = {"Effect": "Allow", "Principal": ACCOUNT, "Action": "kms:Describe*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [locked]}
    stack = stacks.create(template(KeyPolicy=policy))
    assert "will not allow you to update the key policy in the future" in stacks.reasons(stack["StackId"])
    insisted = stacks.create(template(KeyPolicy=policy, BypassPolicyLockoutSafetyCheck=True), suffix="insisted")
    assert insisted["StackStatus"] == "CREATE_COMPLETE", stacks.reasons(insisted["StackId"])
