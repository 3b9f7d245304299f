"""The data bucket: drops below `incoming/`, and where they go from there."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DATA_BUCKET: Final = os.environ["DATA_BUCKET"]
KEY_ARN: Final = os.environ["KEY_ARN"]
S3: Final[S3Client] = boto3.client("s3")

INCOMING: Final = "incoming/"
COMPLETE: Final = "_SUCCESS"
# A request's two files are a drop once both are there.
REQUEST: Final = ("deployment.json", "trainingjob.json")
# Rows beyond this are looked at by Prepare, which reads all of them anyway.
SAMPLE_BYTES: Final = 4 << 20
CHUNK_BYTES: Final = 1 << 20


@dataclass(frozen=True)
class Drop:
    """Files that came together; `version` is a hash of their content, `sample` the beginning of the first of them."""

    keys: list[str]
    version: str
    sample: bytes
    is_whole: bool
    versions: dict[str, str] = field(default_factory=dict)
    """The objects' own versions by key: what was looked at is what is kept, whatever is put there meanwhile."""

    @property
    def arrival(self) -> str:
        """A hash of the objects' own versions: the same content, dropped again, arrives anew."""
        return hashlib.sha256("".join(self.versions[key] for key in self.keys).encode()).hexdigest()[:32]


def find(key: str) -> Drop | None:
    """The drop that an object belongs to; None if it is not complete, or was dealt with before."""
    folder, _, name = key.rpartition("/")
    if name in REQUEST:
        keys = [item for item in listed(f"{folder}/") if item in [f"{folder}/{one}" for one in REQUEST]]
        return open_drop(keys) if len(keys) == len(REQUEST) else None
    if f"{folder}/" == INCOMING:
        # A console's "create folder" makes an object without a name.
        keys = [item for item in listed(key) if item == key and name]
    elif name == COMPLETE:
        keys = [item for item in listed(f"{folder}/") if not item.endswith(("/", f"/{COMPLETE}"))]
    else:
        return None
    return open_drop(keys) if keys else None


def listed(prefix: str) -> list[str]:
    """The keys below a prefix, in order."""
    pages = S3.get_paginator("list_objects_v2").paginate(Bucket=DATA_BUCKET, Prefix=prefix)
    return sorted(item["Key"] for page in pages for item in page.get("Contents", []))


def open_drop(keys: list[str]) -> Drop:
    """Read everything once, and remember only its hash and its beginning."""
    digest, versions, sample, size = hashlib.sha256(), {}, bytearray(), 0
    for key in keys:
        found = S3.get_object(Bucket=DATA_BUCKET, Key=key)
        versions[key] = found["VersionId"]
        for chunk in found["Body"].iter_chunks(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
            if key == keys[0] and len(sample) < SAMPLE_BYTES:
                sample += chunk
    return Drop(keys, digest.hexdigest()[:16], bytes(sample), size == len(sample), versions)


def body(drop: Drop, key: str, most: int) -> bytes:
    """The content of a drop's file, of one that is too large no more than tells that it is."""
    found = S3.get_object(Bucket=DATA_BUCKET, Key=key, VersionId=drop.versions[key])
    return found["Body"].read(most + 1)


def copy(drop: Drop, folder: str) -> None:
    """Copy the files of a drop to a folder."""
    for key in drop.keys:
        source = {"Bucket": DATA_BUCKET, "Key": key, "VersionId": drop.versions[key]}
        extra = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": KEY_ARN}
        S3.copy(source, DATA_BUCKET, f"{folder}{key.rpartition('/')[2]}", ExtraArgs=extra)  # type: ignore[arg-type]


def clear(drop: Drop) -> None:
    """Take the drop out of the inbox; the bucket keeps old versions. What came in its place since has its own turn."""
    for key in drop.keys:
        if _is_current(drop, key):
            S3.delete_object(Bucket=DATA_BUCKET, Key=key)
    folder = f"{drop.keys[0].rpartition('/')[0]}/"
    if folder != INCOMING:
        S3.delete_object(Bucket=DATA_BUCKET, Key=f"{folder}{COMPLETE}")


def _is_current(drop: Drop, key: str) -> bool:
    try:
        return S3.head_object(Bucket=DATA_BUCKET, Key=key)["VersionId"] == drop.versions[key]
    except ClientError as error:
        # A HEAD has no body, so that its error has no name but the status.
        if error.response["Error"]["Code"] != "404":
            raise
        return False


def put(key: str, document: object, **condition: Any) -> None:
    """Write a JSON document to the data bucket."""
    body = json.dumps(document).encode()
    S3.put_object(
        Bucket=DATA_BUCKET, Key=key, Body=body, ServerSideEncryption="aws:kms", SSEKMSKeyId=KEY_ARN, **condition
    )


def read(key: str, bucket: str = DATA_BUCKET) -> dict[str, Any]:
    """A JSON document of the data bucket, or of another."""
    document: dict[str, Any] = json.load(S3.get_object(Bucket=bucket, Key=key)["Body"])
    return document
