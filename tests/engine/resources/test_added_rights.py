"""What a template adds to a resource has to be allowed to the stack's role too."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"
)
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
TAGS = [{"Key": "a", "Value": "1"}]


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Resources": {"Made": {"Type": kind, "Properties": properties}}}


@pytest.mark.parametrize(
    ("kind", "properties", "allowed", "missing"),
    [
        (
            "AWS::IAM::Role",
            {"AssumeRolePolicyDocument": TRUST, "Tags": TAGS},
            ["iam:CreateRole", "iam:DeleteRole"],
            "iam:TagRole",
        ),
        ("AWS::KMS::Key", {"Tags": TAGS}, ["kms:CreateKey"], "kms:TagResource"),
        ("AWS::SNS::Topic", {"Tags": TAGS}, ["sns:CreateTopic", "sns:DeleteTopic"], "sns:TagResource"),
        ("AWS::SQS::Queue", {"Tags": TAGS}, ["sqs:CreateQueue", "sqs:DeleteQueue"], "sqs:TagQueue"),
        (
            "AWS::SecretsManager::Secret",
            {"SecretString": "x", "Tags": TAGS},
            ["secretsmanager:CreateSecret"],
            "secretsmanager:TagResource",
        ),
        (
            "AWS::S3::Bucket",
            {"ObjectLockEnabled": True},
            ["s3:CreateBucket", "s3:DeleteBucket"],
            "s3:PutBucketObjectLockConfiguration",
        ),
    ],
)
def test_what_a_request_adds_has_to_be_allowed_too(
    stacks: Any, kind: str, properties: dict[str, Any], allowed: list[str], missing: str
) -> None:
    role = stacks.role("cloudformation.amazonaws.com", [{"Action": allowed, "Resource": "*"}])
    stack = stacks.create(resource(kind, **properties), RoleARN=role)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert f"is not authorized to perform: {missing}" in stacks.reasons(stack["StackId"])


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html")
def test_a_role_in_an_instance_profile_is_handed_over(stacks: Any) -> None:
    name = stacks.name("instance")
    stacks.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    actions = ["iam:*InstanceProfile"]
    role = stacks.role("cloudformation.amazonaws.com", [{"Action": actions, "Resource": "*"}])
    stack = stacks.create(resource("AWS::IAM::InstanceProfile", Roles=[name]), RoleARN=role)
    assert "is not authorized to perform: iam:PassRole" in stacks.reasons(stack["StackId"])


@pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html")
def test_tags_of_an_object_need_a_right_of_their_own(engine: Any, stacks: Any) -> None:
    bucket = stacks.name("tagged")
    stacks.s3.create_bucket(Bucket=bucket)
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObjectTagging",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    stacks.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    stacks.s3.put_object(Bucket=bucket, Key="plain", Body=b"x")
    with pytest.raises(stacks.s3.exceptions.ClientError, match="s3:PutObjectTagging"):
        stacks.s3.put_object(Bucket=bucket, Key="tagged", Body=b"x", Tagging="a=1")
