"""Deploy/S3: an artifact's files, or the zip itself, into a bucket.

docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3Deploy.html
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping

from slipway.engine.services.codepipeline.action_type import MINUTE, ActionType, Key
from slipway.engine.services.codepipeline.artifacts import open_zip
from slipway.engine.services.codepipeline.attempt import Attempt
from slipway.engine.services.codepipeline.outcome import Link, Succeeded

_ACLS = (
    "private",
    "public-read",
    "public-read-write",
    "authenticated-read",
    "aws-exec-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
)


def start(attempt: Attempt) -> Succeeded:
    """Write the objects."""
    configuration = attempt.configuration
    name = next(iter(attempt.inputs))
    content = attempt.read(name)
    prefix = configuration.get("ObjectKey", "").rstrip("/")
    if configuration["Extract"] == "true":
        with open_zip(name, content) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    _put(attempt, f"{prefix}/{info.filename}".lstrip("/"), archive.read(info))
    else:
        _put(attempt, prefix, content)
    bucket = configuration["BucketName"]
    url = f"https://s3.console.aws.amazon.com/s3/buckets/{bucket}/{prefix}?region={attempt.region}"
    return Succeeded({"BucketName": bucket, "ObjectKey": configuration.get("ObjectKey", "")}, Link(url=url))


def _put(attempt: Attempt, key: str, content: bytes) -> None:
    configuration = attempt.configuration
    options = {
        "CacheControl": configuration.get("CacheControl"),
        "ACL": configuration.get("CannedACL"),
        "ContentType": mimetypes.guess_type(key)[0],
        "SSEKMSKeyId": configuration.get("KMSEncryptionKeyARN"),
        "ServerSideEncryption": "aws:kms" if "KMSEncryptionKeyARN" in configuration else None,
    }
    given = {name: value for name, value in options.items() if value}
    attempt.client("s3").put_object(Bucket=configuration["BucketName"], Key=key, Body=content, **given)


def _check(configuration: Mapping[str, str]) -> str | None:
    if configuration.get("Extract") == "false" and "ObjectKey" not in configuration:
        return "is missing required configuration 'ObjectKey', which 'Extract' set to 'false' needs"
    return None


ACTION = ActionType(
    category="Deploy",
    provider="S3",
    start=start,
    poll=start,
    keys={
        "BucketName": Key(required=True),
        "Extract": Key(required=True, values=("true", "false")),
        "ObjectKey": Key(),
        "KMSEncryptionKeyARN": Key(),
        "CannedACL": Key(values=_ACLS),
        "CacheControl": Key(),
    },
    inputs=(1, 1),
    outputs=(0, 0),
    seconds=90 * MINUTE,
    check=_check,
)
