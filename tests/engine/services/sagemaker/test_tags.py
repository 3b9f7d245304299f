"""Who may create something with tags."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.support import Sagemaker

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddTags.html")


@pytest.fixture
def limited(sagemaker: Sagemaker) -> Any:
    """A SageMaker client of a role that may create groups and nothing else."""
    iam = sagemaker.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    allow = {"Effect": "Allow", "Action": "sagemaker:CreateModelPackageGroup", "Resource": "*"}
    role = iam.create_role(RoleName="Limited", AssumeRolePolicyDocument=json.dumps(_policy(trust)))["Role"]["Arn"]
    iam.put_role_policy(RoleName="Limited", PolicyName="p", PolicyDocument=json.dumps(_policy(allow)))
    keys = sagemaker.client("sts").assume_role(RoleArn=role, RoleSessionName="tester")["Credentials"]
    yield boto3.client(
        "sagemaker",
        endpoint_url=sagemaker.running.url,
        region_name="us-east-1",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    iam.delete_role_policy(RoleName="Limited", PolicyName="p")
    iam.delete_role(RoleName="Limited")


def _policy(statement: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_tags_at_creation_need_add_tags(limited: Any) -> None:
    limited.create_model_package_group(ModelPackageGroupName="untagged")
    with pytest.raises(ClientError, match=r"not authorized to perform: sagemaker:AddTags on resource: .*group/tagged"):
        limited.create_model_package_group(ModelPackageGroupName="tagged", Tags=[{"Key": "a", "Value": "1"}])


def test_a_policy_may_allow_only_tags_of_its_own(sagemaker: Sagemaker, limited: Any) -> None:
    condition = {"StringEquals": {"aws:RequestTag/team": "red"}}
    allow = {"Effect": "Allow", "Action": "sagemaker:AddTags", "Resource": "*", "Condition": condition}
    iam = sagemaker.client("iam")
    iam.put_role_policy(RoleName="Limited", PolicyName="tags", PolicyDocument=json.dumps(_policy(allow)))
    try:
        with pytest.raises(ClientError, match="not authorized to perform: sagemaker:AddTags"):
            limited.create_model_package_group(ModelPackageGroupName="blue", Tags=[{"Key": "team", "Value": "blue"}])
        limited.create_model_package_group(ModelPackageGroupName="red", Tags=[{"Key": "team", "Value": "red"}])
    finally:
        iam.delete_role_policy(RoleName="Limited", PolicyName="tags")
