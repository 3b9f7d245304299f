"""Source/S3: one zip of a versioned bucket.

docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.services.codepipeline.action_type import HOUR, ActionType, Key
from slipway.engine.services.codepipeline.artifacts import open_zip
from slipway.engine.services.codepipeline.attempt import Attempt
from slipway.engine.services.codepipeline.outcome import ActionFailed, Link, Succeeded

_POLLING = "set it to false and start the pipeline from an EventBridge rule on the bucket"


def start(attempt: Attempt) -> Succeeded:
    """Fetch the object's newest version, or the one that the execution was started for."""
    bucket, key = attempt.configuration["S3Bucket"], _key(attempt)
    s3 = attempt.client("s3")
    if s3.get_bucket_versioning(Bucket=bucket).get("Status") != "Enabled":
        raise ActionFailed("ConfigurationError", f"The bucket {bucket} must be versioned to be a source")
    found = _read(s3, bucket, key, attempt.override.get("S3_OBJECT_VERSION_ID"))
    content = found["Body"].read()
    open_zip(key, content)
    attempt.write(content)
    version = found["VersionId"]
    url = f"https://s3.console.aws.amazon.com/s3/object/{bucket}?region={attempt.region}&prefix={key}"
    summary = f"Amazon S3 version id: {version}"
    return Succeeded(
        {"BucketName": bucket, "ObjectKey": key, "VersionId": version, "ETag": found["ETag"].strip('"')},
        Link(id=version, url=url, summary=summary),
        {"revisionId": version, "revisionSummary": summary, "revisionUrl": url},
    )


def _key(attempt: Attempt) -> str:
    override = attempt.override.get("S3_OBJECT_KEY")
    if override is None:
        return attempt.configuration["S3ObjectKey"]
    if attempt.configuration.get("AllowOverrideForS3ObjectKey") != "true":
        raise ActionFailed(
            "ConfigurationError", "An S3_OBJECT_KEY revision needs AllowOverrideForS3ObjectKey set to true"
        )
    return override


def _read(s3: Any, bucket: str, key: str, version: str | None) -> dict[str, Any]:
    which = {"VersionId": version} if version else {}
    try:
        found: dict[str, Any] = s3.get_object(Bucket=bucket, Key=key, **which)
    except s3.exceptions.NoSuchKey as error:
        raise ActionFailed("RevisionUnavailable", f"The object s3://{bucket}/{key} does not exist") from error
    return found


ACTION = ActionType(
    category="Source",
    provider="S3",
    start=start,
    poll=start,
    keys={
        "S3Bucket": Key(required=True),
        "S3ObjectKey": Key(required=True),
        "AllowOverrideForS3ObjectKey": Key(values=("true", "false")),
        "PollForSourceChanges": Key(values=("false",), refused={"true": _POLLING}, default="true"),
    },
    inputs=(0, 0),
    outputs=(1, 1),
    seconds=HOUR,
)
