"""Storage and source: what stays when the stack is deleted, who gets in, and what the repository begins with."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cf import templates

BUCKETS = ["ArtifactBucket", "DataBucket"]


@pytest.mark.parametrize("logical_id", templates.load("storage")["Resources"])
def test_storage_stays_when_the_stack_is_deleted(logical_id: str) -> None:
    resource = templates.load("storage")["Resources"][logical_id]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_is_versioned_private_encrypted_and_without_a_name(bucket: str) -> None:
    properties = templates.properties("storage", bucket)
    encryption = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert encryption["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == {"Fn::GetAtt": ["Key", "Arn"]}
    assert "BucketName" not in properties


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_refuses_what_is_not_tls(bucket: str) -> None:
    assert denied(bucket, "TlsOnly") == {"Bool": {"aws:SecureTransport": False}}


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_refuses_everyone_of_another_account_but_the_services_of_aws(bucket: str) -> None:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html
    assert denied(bucket, "OwnerOnly") == {
        "StringNotEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}},
        "BoolIfExists": {"aws:PrincipalIsAWSService": False},
    }


def denied(bucket: str, sid: str) -> dict[str, Any]:
    """Under which condition a statement denies everyone everything, in the bucket and of it."""
    policy = templates.properties("storage", f"{bucket}Policy")["PolicyDocument"]["Statement"]
    (statement,) = [found for found in policy if found["Sid"] == sid]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Resource"] == [{"Fn::GetAtt": [bucket, "Arn"]}, {"Fn::Sub": f"${{{bucket}.Arn}}/*"}]
    condition: dict[str, Any] = statement["Condition"]
    return condition


def test_new_data_is_an_event() -> None:
    notifications = templates.properties("storage", "DataBucket")["NotificationConfiguration"]
    assert notifications == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}


def test_the_key_rotates_and_services_use_it_for_this_account_only() -> None:
    properties = templates.properties("storage", "Key")
    services = properties["KeyPolicy"]["Statement"][1]
    assert properties["EnableKeyRotation"] is True
    assert services["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_seed_goes_to_the_branch_of_the_pipeline() -> None:
    code = templates.properties("source", "Repository")["Code"]["Fn::If"][1]
    assert code["BranchName"] == {"Ref": "Branch"}
    assert code["S3"] == {"Bucket": {"Ref": "SourceBucket"}, "Key": {"Ref": "SourceKey"}}


def test_images_go_with_the_stack_and_their_tags_never_move() -> None:
    properties = templates.properties("source", "Images")
    assert properties["EmptyOnDelete"] is True
    assert properties["ImageTagMutability"] == "IMMUTABLE"


def test_the_topic_is_encrypted_and_the_subscription_is_optional() -> None:
    assert templates.properties("notifications", "Topic")["KmsMasterKeyId"] == {"Ref": "KeyArn"}
    assert templates.load("notifications")["Resources"]["Email"]["Condition"] == "HasEmail"


def test_artifacts_stay_long_enough_for_a_rollback() -> None:
    # Each artifact has a key of its own and is never replaced; only what was replaced ends some day.
    (rule,) = templates.properties("storage", "ArtifactBucket")["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": {"Ref": "ArtifactRetentionInDays"}}
    assert not {"ExpirationInDays", "ExpirationDate"} & set(rule)
    parameter = templates.load("storage")["Parameters"]["ArtifactRetentionInDays"]
    assert (parameter["Default"], parameter["MinValue"]) == (365, 30)
