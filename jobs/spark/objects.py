"""Objects of S3 as files, on the driver and on the workers, each under the role of the job."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import boto3

from jobs.errors import TableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Outputs:
    """Where files are put: below an address, encrypted with a key."""

    uri: str
    key_arn: str

    def put(self, file: Path, name: str) -> None:
        """Put a file there under a name."""
        bucket, key = _split(f"{self.uri}/{name}")
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.key_arn}
        _s3().upload_file(str(file), bucket, key, ExtraArgs=encryption)


def tables(uri: str) -> list[str]:
    """The CSV files below an address, in the order of `rows.tables`."""
    bucket, prefix = _split(uri)
    pages = _s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    found = sorted((key for key in keys if key.endswith(".csv")), key=PurePosixPath)
    if not found:
        raise TableError("the data set holds no .csv file")
    return [f"s3://{bucket}/{key}" for key in found]


def fetch(uri: str, folder: Path) -> Path:
    """An object as a file of its own name."""
    bucket, key = _split(uri)
    file = folder / PurePosixPath(key).name
    _s3().download_file(bucket, key, str(file))
    return file


def _split(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


@cache
def _s3() -> S3Client:
    """One client a process: making one takes longer than most calls."""
    return boto3.client("s3")
