"""CloudFormation's S3 types.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_S3.html
"""

from __future__ import annotations

from slipway.engine.resources.s3 import bucket, bucket_policy

RESOURCES = {"AWS::S3::Bucket": bucket.TYPE, "AWS::S3::BucketPolicy": bucket_policy.TYPE}
