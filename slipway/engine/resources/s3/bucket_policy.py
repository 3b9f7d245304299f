"""AWS::S3::BucketPolicy.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucketpolicy.html
"""

from __future__ import annotations

from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resource_properties import gone_is_fine, is_there, text_of


def create(call: ResourceCall) -> Created:
    """The policy of a bucket that has none. `Ref` is the bucket's name."""
    bucket, client = call.properties["Bucket"], call.caller.client("s3")
    if is_there(lambda: client.get_bucket_policy(Bucket=bucket), "NoSuchBucketPolicy"):
        raise ResourceFailed(f"The bucket policy already exists on bucket {bucket}.")
    return _put(call)


def _put(call: ResourceCall) -> Created:
    bucket = call.properties["Bucket"]
    call.caller.client("s3").put_bucket_policy(Bucket=bucket, Policy=text_of(call.properties["PolicyDocument"]))
    return Created(bucket)


def delete(call: ResourceCall) -> None:
    """The policy; the bucket stays."""
    with gone_is_fine("NoSuchBucket"):
        call.caller.client("s3").delete_bucket_policy(Bucket=call.properties["Bucket"])


RESOURCES = {
    "AWS::S3::BucketPolicy": ResourceType(
        create=create, update=_put, delete=delete, honours=frozenset({"Bucket", "PolicyDocument"})
    )
}
