"""S3: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html."""

from __future__ import annotations

from collections.abc import Iterator

from slipway.engine.mend.cloudformation.permissions.needs import Change, Need, Permissions, always, pass_role

_ACTIONS = {
    "AccelerateConfiguration": "s3:PutAccelerateConfiguration",
    "AccessControl": "s3:PutBucketAcl",
    "AnalyticsConfigurations": "s3:PutAnalyticsConfiguration",
    "BucketEncryption": "s3:PutEncryptionConfiguration",
    "CorsConfiguration": "s3:PutBucketCORS",
    "IntelligentTieringConfigurations": "s3:PutIntelligentTieringConfiguration",
    "InventoryConfigurations": "s3:PutInventoryConfiguration",
    "LifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "LoggingConfiguration": "s3:PutBucketLogging",
    "MetricsConfigurations": "s3:PutMetricsConfiguration",
    "NotificationConfiguration": "s3:PutBucketNotification",
    "ObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration",
    "OwnershipControls": "s3:PutBucketOwnershipControls",
    "PublicAccessBlockConfiguration": "s3:PutBucketPublicAccessBlock",
    "ReplicationConfiguration": "s3:PutReplicationConfiguration",
    "Tags": "s3:PutBucketTagging",
    "VersioningConfiguration": "s3:PutBucketVersioning",
    "WebsiteConfiguration": "s3:PutBucketWebsite",
}


def _bucket(change: Change) -> str:
    return f"arn:aws:s3:::{change.name('BucketName', 63).lower()}"


def _configure(change: Change) -> Iterator[Need]:
    for name, action in _ACTIONS.items():
        if change.changed(name):
            yield Need(action, _bucket(change))
    replication = change.get("ReplicationConfiguration") or {}
    yield from pass_role(replication.get("Role"), "s3.amazonaws.com")


def _create(change: Change) -> Iterator[Need]:
    yield Need("s3:CreateBucket", _bucket(change))
    yield from _configure(change)


def _policy_bucket(change: Change) -> str:
    return f"arn:aws:s3:::{change.get('Bucket')}"


PERMISSIONS = {
    "AWS::S3::Bucket": Permissions(_create, _configure, always("s3:DeleteBucket", _bucket)),
    "AWS::S3::BucketPolicy": Permissions(
        always("s3:PutBucketPolicy", _policy_bucket),
        always("s3:PutBucketPolicy", _policy_bucket),
        always("s3:DeleteBucketPolicy", _policy_bucket),
    ),
}
