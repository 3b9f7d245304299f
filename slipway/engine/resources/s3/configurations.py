"""The configurations of a bucket: how each is put and, when a template drops it, taken back.

docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slipway.engine.resource_properties import picked
from slipway.engine.resources.s3.lifecycle import lifecycle_of
from slipway.engine.resources.s3.notification import notification_of

Value = Any


@dataclass(frozen=True)
class Configuration:
    """How a property is put on a bucket, and what happens when it goes."""

    put: Callable[[Any, str, Value], object]
    remove: Callable[[Any, str], object]


def _versioning(client: Any, bucket: str, value: Value) -> None:
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": value["Status"]})


def _suspend(client: Any, bucket: str) -> None:
    """Versioning cannot be taken away, only suspended."""
    _versioning(client, bucket, {"Status": "Suspended"})


def _encryption(client: Any, bucket: str, value: Value) -> None:
    rules = [
        {
            **picked(rule, "BucketKeyEnabled"),
            **(
                {"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]}
                if "ServerSideEncryptionByDefault" in rule
                else {}
            ),
        }
        for rule in value["ServerSideEncryptionConfiguration"]
    ]
    client.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})


def _cors(client: Any, bucket: str, value: Value) -> None:
    rules = [{_CORS_MEMBERS.get(name, name): member for name, member in rule.items()} for rule in value["CorsRules"]]
    client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})


_CORS_MEMBERS = {"Id": "ID", "ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds"}


def _access_block(client: Any, bucket: str, value: Value) -> None:
    block = {name: bool(value.get(name)) for name in _ACCESS_BLOCK}
    client.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)


_ACCESS_BLOCK = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def _ownership(client: Any, bucket: str, value: Value) -> None:
    client.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=value)


def _lock(client: Any, bucket: str, value: Value) -> None:
    client.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=value)


def _unlock(client: Any, bucket: str) -> None:
    """The default retention goes; a bucket with object lock keeps it."""
    _lock(client, bucket, {"ObjectLockEnabled": "Enabled"})


def _lifecycle(client: Any, bucket: str, value: Value) -> None:
    client.put_bucket_lifecycle_configuration(Bucket=bucket, **lifecycle_of(value))


def _notification(client: Any, bucket: str, value: Value) -> None:
    client.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=notification_of(value))


def _tags(client: Any, bucket: str, value: Value) -> None:
    client.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": value})


# In the order in which they are put: ownership before what depends on it, notifications when all else is set.
CONFIGURATIONS: Mapping[str, Configuration] = {
    "OwnershipControls": Configuration(_ownership, lambda s3, name: s3.delete_bucket_ownership_controls(Bucket=name)),
    "PublicAccessBlockConfiguration": Configuration(
        _access_block, lambda s3, name: s3.delete_public_access_block(Bucket=name)
    ),
    "BucketEncryption": Configuration(_encryption, lambda s3, name: s3.delete_bucket_encryption(Bucket=name)),
    "VersioningConfiguration": Configuration(_versioning, _suspend),
    "ObjectLockConfiguration": Configuration(_lock, _unlock),
    "LifecycleConfiguration": Configuration(_lifecycle, lambda s3, name: s3.delete_bucket_lifecycle(Bucket=name)),
    "CorsConfiguration": Configuration(_cors, lambda s3, name: s3.delete_bucket_cors(Bucket=name)),
    "Tags": Configuration(_tags, lambda s3, name: s3.delete_bucket_tagging(Bucket=name)),
    "NotificationConfiguration": Configuration(_notification, lambda s3, name: _notification(s3, name, {})),
}
