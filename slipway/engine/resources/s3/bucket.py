"""AWS::S3::Bucket.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import already_exists, changed, gone_is_fine, is_there, or_removed
from slipway.engine.resources.s3.configurations import CONFIGURATIONS

_NAME_LENGTH = 63
# The region whose name S3 takes for no location at all.
_DEFAULT_REGION = "us-east-1"
_PRIVATE = "Private"


def create(call: ResourceCall) -> Created:
    """The bucket, then one call for each of its configurations. `Ref` is the name."""
    client, given = call.caller.client("s3"), call.properties.get("BucketName")
    # In us-east-1 S3 would answer 200 to the owner of the bucket that is there.
    if given and is_there(lambda: client.head_bucket(Bucket=given), "404"):
        raise already_exists("AWS::S3::Bucket", given)
    name = given or call.physical_name(_NAME_LENGTH).lower()
    client.create_bucket(Bucket=name, **_location(call), **_lock(call))
    with or_removed(call, name):
        _configure(call, name)
    return Created(name, _attributes(call, name))


def update(call: ResourceCall) -> Created:
    """Every configuration that differs; what the template no longer says goes back to S3's default."""
    _configure(call, call.physical_id)
    return Created(call.physical_id)


def delete(call: ResourceCall) -> None:
    """The bucket, which must be empty."""
    with gone_is_fine("NoSuchBucket"):
        call.caller.client("s3").delete_bucket(Bucket=call.physical_id)


def _configure(call: ResourceCall, name: str) -> None:
    client = call.caller.client("s3")
    for property_name, configuration in CONFIGURATIONS.items():
        if not changed(call, property_name):
            continue
        if property_name in call.properties:
            configuration.put(client, name, call.properties[property_name])
        else:
            configuration.remove(client, name)


def _location(call: ResourceCall) -> dict[str, Any]:
    if call.engine.region == _DEFAULT_REGION:
        return {}
    return {"CreateBucketConfiguration": {"LocationConstraint": call.engine.region}}


def _lock(call: ResourceCall) -> dict[str, bool]:
    return {"ObjectLockEnabledForBucket": True} if call.properties.get("ObjectLockEnabled") else {}


def _attributes(call: ResourceCall, name: str) -> dict[str, str]:
    region = call.engine.region
    return {
        "Arn": f"arn:aws:s3:::{name}",
        "DomainName": f"{name}.s3.amazonaws.com",
        "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
    }


def _check(properties: dict[str, Any]) -> Iterator[str]:
    control = properties.get("AccessControl", _PRIVATE)
    if isinstance(control, str) and control != _PRIVATE:
        yield f"AccessControl {control}: access control lists are not executed, write a bucket policy"


RESOURCES = {
    "AWS::S3::Bucket": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset(
            {
                "AccessControl",
                "BucketEncryption",
                "BucketName",
                "CorsConfiguration",
                # S3 looks at its rules once a day: a shorter run sees on AWS what it sees here.
                "LifecycleConfiguration",
                "NotificationConfiguration",
                "ObjectLockConfiguration",
                "ObjectLockEnabled",
                "OwnershipControls",
                "PublicAccessBlockConfiguration",
                "Tags",
                "VersioningConfiguration",
            }
        ),
        refuses={
            "AbacStatus": "tags of a bucket are not asked in policies",
            "AccelerateConfiguration": "there are no edge locations",
            "BucketEncryption.ServerSideEncryptionConfiguration.BlockedEncryptionTypes": (
                "every encryption type is taken"
            ),
            "LoggingConfiguration": "access logs are not written",
            "ObjectLockConfiguration.Rule.DefaultRetention.DefaultEventHold": "objects are held by retention only",
            "ReplicationConfiguration": "objects are not copied to other buckets",
            "WebsiteConfiguration": "websites are not served",
        },
        check=_check,
    )
}
