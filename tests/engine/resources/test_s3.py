"""AWS::S3::Bucket and AWS::S3::BucketPolicy through CloudFormation."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html"
)
SERVICE = "cloudformation.amazonaws.com"
ATTRIBUTES = ("Arn", "DomainName", "DualStackDomainName", "RegionalDomainName")


def template(**properties: Any) -> dict[str, Any]:
    outputs = {"Name": {"Ref": "Bucket"}, **{name: {"Fn::GetAtt": ["Bucket", name]} for name in ATTRIBUTES}}
    return {
        "Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }


def with_policy(action: str, **properties: Any) -> dict[str, Any]:
    resource = {"Fn::Sub": "${Bucket.Arn}/*"}
    statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource}
    document = {"Version": "2012-10-17", "Statement": [{**statement, **properties}]}
    policy = {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": document}}
    made = template()
    made["Resources"]["Policy"] = policy
    return made


FIRST: dict[str, Any] = {
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [
            {"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
        ]
    },
    "CorsConfiguration": {
        "CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "ExposedHeaders": ["ETag"], "MaxAge": 60}]
    },
    "LifecycleConfiguration": {
        "Rules": [
            {
                "Id": "old",
                "Status": "Enabled",
                "Prefix": "logs/",
                "TagFilters": [{"Key": "keep", "Value": "no"}],
                "ExpirationInDays": 30,
                "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
                "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 10}],
            },
            {"Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        ]
    },
    "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
    "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
    "PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "BlockPublicPolicy": True},
    "Tags": [{"Key": "team", "Value": "ml"}],
    "VersioningConfiguration": {"Status": "Enabled"},
}


def test_a_bucket_gets_every_configuration(stacks: Any) -> None:
    s3, made = stacks.s3, stacks.outputs(stacks.create(template(**FIRST)))
    name = made.pop("Name")
    assert name.startswith(f"{stacks.name()}-bucket-") and name == name.lower()
    assert made == {
        "Arn": f"arn:aws:s3:::{name}",
        "DomainName": f"{name}.s3.amazonaws.com",
        "DualStackDomainName": f"{name}.s3.dualstack.us-east-1.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.us-east-1.amazonaws.com",
    }
    [rule] = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert (rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], rule["BucketKeyEnabled"]) == ("aws:kms", True)
    [cors] = s3.get_bucket_cors(Bucket=name)["CORSRules"]
    assert (cors["ExposeHeaders"], cors["MaxAgeSeconds"]) == (["ETag"], 60)
    old, uploads = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert old["Filter"]["And"]["Prefix"] == "logs/"
    assert old["Filter"]["And"]["Tags"] == [{"Key": "keep", "Value": "no"}]
    assert (old["Expiration"]["Days"], old["NoncurrentVersionExpiration"]["NoncurrentDays"]) == (30, 7)
    assert old["Transitions"] == [{"Days": 10, "StorageClass": "GLACIER"}]
    assert uploads["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert s3.get_bucket_notification_configuration(Bucket=name)["EventBridgeConfiguration"] == {}
    [owner] = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
    assert owner["ObjectOwnership"] == "BucketOwnerPreferred"
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == FIRST["Tags"]
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert (block["BlockPublicAcls"], block["RestrictPublicBuckets"]) == (True, False)


def test_what_a_template_drops_goes_back_to_the_default(stacks: Any) -> None:
    s3, first = stacks.s3, stacks.create(template(**FIRST))
    second = stacks.update(template())
    assert stacks.outputs(first) == stacks.outputs(second)
    name = stacks.outputs(first)["Name"]
    [rule] = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Suspended"
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket=name)
    for read in ("cors", "lifecycle_configuration", "tagging"):
        with pytest.raises(ClientError, match="NoSuch"):
            getattr(s3, f"get_bucket_{read}")(Bucket=name)


def test_a_bucket_tells_a_queue_of_new_objects(stacks: Any) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": "*",
            }
        ],
    }
    rules = [{"Name": "prefix", "Value": "in/"}]
    told = {
        "Event": "s3:ObjectCreated:*",
        "Queue": {"Fn::GetAtt": ["Queue", "Arn"]},
        "Filter": {"S3Key": {"Rules": rules}},
    }
    made = template(NotificationConfiguration={"QueueConfigurations": [told]})
    made["Resources"] |= {
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Allowed": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {"Queues": [{"Ref": "Queue"}], "PolicyDocument": policy},
        },
    }
    made["Resources"]["Bucket"]["DependsOn"] = "Allowed"
    name = stacks.outputs(stacks.create(made))["Name"]
    [queue] = stacks.s3.get_bucket_notification_configuration(Bucket=name)["QueueConfigurations"]
    assert (queue["Events"], queue["Filter"]["Key"]["FilterRules"][0]["Value"]) == (["s3:ObjectCreated:*"], "in/")


def test_object_lock_keeps_what_is_locked(stacks: Any) -> None:
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    locked = {"ObjectLockEnabled": True, "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": rule}}
    name = stacks.outputs(stacks.create(template(**locked)))["Name"]
    version = stacks.s3.put_object(Bucket=name, Key="k", Body=b"x")["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        stacks.s3.delete_object(Bucket=name, Key="k", VersionId=version)
    stacks.s3.delete_object(Bucket=name, Key="k", VersionId=version, BypassGovernanceRetention=True)


def test_a_bucket_with_objects_in_it_stays_with_its_stack(stacks: Any) -> None:
    stack = stacks.create(template(VersioningConfiguration={"Status": "Enabled"}))
    name = stacks.outputs(stack)["Name"]
    version = stacks.s3.put_object(Bucket=name, Key="k", Body=b"x")["VersionId"]
    assert stacks.delete(stack["StackId"])["StackStatus"] == "DELETE_FAILED"
    reason = stacks.reasons(stack["StackId"])
    assert "The bucket you tried to delete is not empty. You must delete all versions in the bucket." in reason
    assert "Service: S3, Status Code: 409" in reason
    stacks.s3.delete_object(Bucket=name, Key="k", VersionId=version)
    assert stacks.delete(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def test_a_bucket_that_is_there_already_is_not_taken_over(stacks: Any) -> None:
    stacks.s3.create_bucket(Bucket=stacks.name("taken"))
    stack = stacks.create(template(BucketName=stacks.name("taken")))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert stacks.s3.list_objects_v2(Bucket=stacks.name("taken"))["KeyCount"] == 0


def test_a_new_name_replaces_the_bucket(stacks: Any) -> None:
    stacks.create(template(BucketName=stacks.name("old")))
    assert stacks.outputs(stacks.update(template(BucketName=stacks.name("new"))))["Name"] == stacks.name("new")
    with pytest.raises(ClientError, match="404"):
        stacks.s3.head_bucket(Bucket=stacks.name("old"))


def test_a_configuration_that_the_role_may_not_put_fails_and_removes_the_bucket(stacks: Any) -> None:
    role = stacks.role(SERVICE, [{"Action": ["s3:CreateBucket", "s3:DeleteBucket", "s3:ListBucket"], "Resource": "*"}])
    versioned = template(BucketName=stacks.name("made"), VersioningConfiguration={"Status": "Enabled"})
    stack = stacks.create(versioned, RoleARN=role)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "is not authorized to perform: s3:PutBucketVersioning" in stacks.reasons(stack["StackId"])
    with pytest.raises(ClientError, match="404"):
        stacks.s3.head_bucket(Bucket=stacks.name("made"))


POLICY = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucketpolicy.html"
)


@POLICY
def test_a_bucket_policy_decides_and_goes_with_its_resource(stacks: Any) -> None:
    name = stacks.outputs(stacks.create(with_policy("s3:PutObject")))["Name"]
    with pytest.raises(ClientError, match="AccessDenied"):
        stacks.s3.put_object(Bucket=name, Key="k", Body=b"x")
    stacks.update(with_policy("s3:GetObject"))
    stacks.s3.put_object(Bucket=name, Key="k", Body=b"x")
    stacks.s3.delete_object(Bucket=name, Key="k")
    stacks.update(template())
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        stacks.s3.get_bucket_policy(Bucket=name)


@POLICY
def test_a_second_policy_of_a_bucket_fails(stacks: Any) -> None:
    name = stacks.outputs(stacks.create(with_policy("s3:PutObject")))["Name"]
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
    ]}  # fmt: skip
    second = {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": name, "PolicyDocument": document}}
    stack = stacks.create({"Resources": {"Second": second}}, suffix="second")
    assert f"The bucket policy already exists on bucket {name}." in stacks.reasons(stack["StackId"])


@POLICY
@pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html")
def test_a_public_policy_is_prevented_by_the_access_block(stacks: Any) -> None:
    public = with_policy("s3:GetObject", Effect="Allow")
    stack = stacks.create(public)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "public policies are prevented by the BlockPublicPolicy setting" in stacks.reasons(stack["StackId"])


def test_notifications_of_a_queue_that_does_not_allow_them_fail_the_stack(stacks: Any) -> None:
    told = {"Event": "s3:ObjectCreated:*", "Queue": {"Fn::GetAtt": ["Queue", "Arn"]}}
    made = template(NotificationConfiguration={"QueueConfigurations": [told]})
    made["Resources"]["Queue"] = {"Type": "AWS::SQS::Queue"}
    stack = stacks.create(made)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Unable to validate the following destination configurations" in stacks.reasons(stack["StackId"])
