"""Objects under a KMS key ask the key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.test_dispatcher import journal, role_client

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html")

OBJECTS = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


@pytest.fixture(scope="module")
def key(engine: Any) -> str:
    arn: str = engine.client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


@pytest.fixture(scope="module")
def bucket(engine: Any, key: str) -> str:
    s3 = engine.client("s3")
    s3.create_bucket(Bucket="under-a-key")
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket="under-a-key", ServerSideEncryptionConfiguration={"Rules": rules})
    s3.put_object(Bucket="under-a-key", Key="written", Body=b"by the person")
    return "under-a-key"


@pytest.fixture(scope="module")
def without(engine: Any) -> Any:
    """S3 for a role that may do everything with objects, and nothing with keys."""
    return role_client(engine, "s3", "objects-only", [OBJECTS])


def refusal(call: Any, **parameters: Any) -> dict[str, str]:
    with pytest.raises(ClientError) as error:
        call(**parameters)
    told: dict[str, str] = error.value.response["Error"]
    return told


@pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html")
@pytest.mark.parametrize("operation", ["put_object", "create_multipart_upload"])
def test_metadata_of_an_object_are_two_kilobytes_at_most(engine: Any, bucket: str, operation: str) -> None:
    write = getattr(engine.client("s3"), operation)
    write(Bucket=bucket, Key="described", Metadata={"note": "x" * 2044})
    told = refusal(write, Bucket=bucket, Key="described", Metadata={"note": "x" * 2045})
    assert told["Code"] == "MetadataTooLarge"
    assert told["Message"] == "Your metadata headers exceed the maximum allowed metadata size."


def test_writing_needs_a_data_key(without: Any, bucket: str, key: str) -> None:
    told = refusal(without.put_object, Bucket=bucket, Key="new", Body=b"x")
    assert told["Code"] == "AccessDenied"
    assert told["Message"] == (
        "User: arn:aws:sts::111122223333:assumed-role/objects-only/test is not authorized to perform: "
        f"kms:GenerateDataKey on resource: {key} because no identity-based policy allows the kms:GenerateDataKey action"
    )
    assert refusal(without.get_object, Bucket=bucket, Key="new")["Code"] == "NoSuchKey"


def test_reading_needs_decrypt(without: Any, bucket: str, key: str) -> None:
    told = refusal(without.get_object, Bucket=bucket, Key="written")
    assert (told["Code"], f"kms:Decrypt on resource: {key}" in told["Message"]) == ("AccessDenied", True)


def test_a_key_named_in_the_request_is_asked_too(engine: Any, without: Any, key: str) -> None:
    engine.client("s3").create_bucket(Bucket="no-default-key")
    named = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    told = refusal(without.put_object, Bucket="no-default-key", Key="k", Body=b"x", **named)
    assert "kms:GenerateDataKey" in told["Message"]
    without.put_object(Bucket="no-default-key", Key="k", Body=b"in the open")


def test_the_key_of_s3_itself_is_everybodys(engine: Any, without: Any) -> None:
    engine.client("s3").create_bucket(Bucket="own-key")
    own = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "arn:aws:kms:us-east-1:111122223333:alias/aws/s3"}
    without.put_object(Bucket="own-key", Key="k", Body=b"x", **own)
    assert without.get_object(Bucket="own-key", Key="k")["Body"].read() == b"x"


def test_copying_decrypts_the_source(engine: Any, without: Any, bucket: str) -> None:
    engine.client("s3").create_bucket(Bucket="copied-to")
    source = {"Bucket": bucket, "Key": "written"}
    told = refusal(without.copy_object, Bucket="copied-to", Key="k", CopySource=source)
    assert "kms:Decrypt" in told["Message"]


def test_an_upload_in_parts_needs_both(engine: Any, bucket: str, key: str) -> None:
    begin = {"Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": key}
    client = role_client(engine, "s3", "may-not-decrypt", [OBJECTS, begin])
    upload = client.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = {"Bucket": bucket, "Key": "parts", "UploadId": upload, "PartNumber": 1, "Body": b"x"}
    assert "kms:Decrypt" in refusal(client.upload_part, **part)["Message"]
    assert engine.client("s3").upload_part(**part)["ETag"]


def test_a_role_with_the_key_may_and_the_check_is_journalled(engine: Any, bucket: str, key: str) -> None:
    condition = {
        "kms:ViaService": "s3.us-east-1.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}",
    }
    use = {
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": key,
        "Condition": {"StringEquals": condition},
    }
    statements: list[dict[str, Any]] = [OBJECTS, use]
    client = role_client(engine, "s3", "has-the-key", statements)
    client.put_object(Bucket=bucket, Key="of-the-role", Body=b"x")
    assert client.get_object(Bucket=bucket, Key="of-the-role")["Body"].read() == b"x"
    entry = next(line for line in reversed(journal(engine)) if line["operation"] == "GetObject")
    assert ("kms:Decrypt", key, "Allow") in [
        (check["action"], check["resource"], check["decision"]) for check in entry["checks"]
    ]


def test_a_key_policy_that_leaves_the_account_out_lets_nobody_in(engine: Any) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "kms:*",
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = engine.client("kms").create_key(Policy=policy, BypassPolicyLockoutSafetyCheck=True)
    engine.client("s3").create_bucket(Bucket="key-of-others")
    named = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": made["KeyMetadata"]["Arn"]}
    told = refusal(engine.client("s3").put_object, Bucket="key-of-others", Key="k", Body=b"x", **named)
    assert told["Code"] == "AccessDenied"


def test_a_disabled_key_neither_writes_nor_reads(engine: Any) -> None:
    s3, kms = engine.client("s3"), engine.client("kms")
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket="under-a-disabled-key")
    named = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": arn}
    s3.put_object(Bucket="under-a-disabled-key", Key="k", Body=b"x", **named)
    kms.disable_key(KeyId=arn)
    told = refusal(s3.get_object, Bucket="under-a-disabled-key", Key="k")
    assert (told["Code"], told["Message"]) == ("KMS.DisabledException", f"{arn} is disabled.")
    assert refusal(s3.put_object, Bucket="under-a-disabled-key", Key="k", Body=b"x", **named)["Code"] == told["Code"]


def test_a_key_that_is_not_there_is_named(engine: Any) -> None:
    arn = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000"
    s3 = engine.client("s3")
    s3.create_bucket(Bucket="under-no-key")
    told = refusal(
        s3.put_object, Bucket="under-no-key", Key="k", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=arn
    )
    assert (told["Code"], told["Message"]) == ("KMS.NotFoundException", f"Key '{arn}' does not exist")


@pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html")
def test_a_bucket_of_another_account_than_expected_is_refused_and_one_that_is_not_there_is_not_found(
    engine: Any, bucket: str
) -> None:
    s3 = engine.client("s3")
    other = {"ExpectedBucketOwner": "999988887777"}
    assert refusal(s3.head_bucket, Bucket=bucket, **other)["Code"] == "403"
    assert refusal(s3.head_bucket, Bucket="never-made", **other)["Code"] == "404"
    told = refusal(s3.put_object, Bucket=bucket, Key="guessed", Body=b"x", **other)
    assert (told["Code"], told["Message"]) == ("AccessDenied", "Access Denied")
    source = {"Bucket": bucket, "Key": "written"}
    copy = {"Bucket": bucket, "Key": "copy", "CopySource": source, "ExpectedSourceBucketOwner": "999988887777"}
    assert refusal(s3.copy_object, **copy)["Code"] == "AccessDenied"
    s3.put_object(Bucket=bucket, Key="guessed", Body=b"x", ExpectedBucketOwner="111122223333")
