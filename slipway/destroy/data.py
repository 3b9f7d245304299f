"""What outlives a root stack: the two buckets, which keep every version, and the key that they are encrypted with.

docs.aws.amazon.com/AmazonS3/latest/userguide/empty-bucket.html
docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from slipway.destroy.inventory import Item, is_tagged
from slipway.target import Target

# The fewest that KMS takes: a key is the only way to what it encrypted, so there is time to think again.
DAYS_UNTIL_A_KEY_IS_GONE = 7
# CloudFormation cuts the stack's name in the name of a bucket, but keeps this much of it.
_KEPT_OF_THE_NAME = 20


@dataclass(frozen=True)
class Bucket:
    """A versioned bucket: versions and delete markers, and what they weigh."""

    name: str
    objects: int
    size: int

    def item(self) -> Item:
        """For the list."""
        return Item("bucket", self.name, f"{self.objects:,} object versions, {self.size:,} bytes")


@dataclass(frozen=True)
class Data:
    """The buckets and the keys of an install."""

    buckets: list[Bucket]
    keys: list[str]

    def items(self) -> list[Item]:
        """For the list."""
        return [*(bucket.item() for bucket in self.buckets), *(Item("key", key) for key in self.keys)]


def find(target: Target, stack: str) -> Data:
    """What an install has kept, or will keep; by the tag that cf/storage.yaml gives."""
    buckets = [Bucket(name, *_measure(target, name)) for name in _buckets(target, stack)]
    return Data(buckets, list(_keys(target, stack)))


def remove_bucket(target: Target, name: str) -> None:
    """Empty a bucket, versions, markers and unfinished uploads, and delete it; what was removed already is fine."""
    s3 = target.client("s3")
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=name):
        for upload in page.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=name, Key=upload["Key"], UploadId=upload["UploadId"])
    # Always the first page: where the next one begins is named by a version that is gone by then.
    while entries := next(_versions(target, name)):
        objects = [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]
        answer = s3.delete_objects(Bucket=name, Delete={"Objects": objects, "Quiet": True})
        for error in answer.get("Errors", []):
            raise ClientError({"Error": {"Code": error["Code"], "Message": _why(name, error)}}, "DeleteObjects")
    s3.delete_bucket(Bucket=name)


def remove_key(target: Target, key: str) -> None:
    """Have KMS delete a key after its waiting time."""
    target.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=DAYS_UNTIL_A_KEY_IS_GONE)


def _why(bucket: str, error: dict[str, Any]) -> str:
    return f"{error['Key']} of bucket {bucket}: {error.get('Message', 'no reason given')}"


def _measure(target: Target, bucket: str) -> tuple[int, int]:
    objects = size = 0
    for entries in _versions(target, bucket):
        objects += len(entries)
        size += sum(entry.get("Size", 0) for entry in entries)
    return objects, size


def _versions(target: Target, bucket: str) -> Iterator[list[dict[str, Any]]]:
    """Versions and markers, a thousand at a time, which is what one DeleteObjects takes."""
    for page in target.client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket):
        yield [*page.get("Versions", []), *page.get("DeleteMarkers", [])]


def _buckets(target: Target, stack: str) -> Iterator[str]:
    s3 = target.client("s3")
    for name in (bucket["Name"] for bucket in s3.list_buckets()["Buckets"]):
        if name.startswith(f"{stack}-storage-"[:_KEPT_OF_THE_NAME]) and is_tagged(_tags_of_bucket(s3, name), stack):
            yield name


def _tags_of_bucket(s3: Any, name: str) -> list[dict[str, str]]:
    try:
        tags: list[dict[str, str]] = s3.get_bucket_tagging(Bucket=name)["TagSet"]
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("NoSuchTagSet", "NoSuchBucket"):
            raise
        return []
    return tags


def _keys(target: Target, stack: str) -> Iterator[str]:
    """The customer's keys of the install that can be used: one that is to be deleted is as good as gone."""
    kms = target.client("kms")
    for page in kms.get_paginator("list_keys").paginate():
        for key in (key["KeyId"] for key in page["Keys"]):
            described = kms.describe_key(KeyId=key)["KeyMetadata"]
            if described["KeyManager"] == "CUSTOMER" and described["KeyState"] != "PendingDeletion":
                tags = kms.list_resource_tags(KeyId=key)["Tags"]
                if is_tagged([{"Key": tag["TagKey"], "Value": tag["TagValue"]} for tag in tags], stack):
                    yield key
