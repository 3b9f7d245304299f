"""S3 for a Spark script: prefixes as folders of this machine, by calls with the job role's keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

_PATTERN = re.compile(r"[*?\[{]")
_AT_ONCE = 1000


def split(uri: str) -> tuple[str, str]:
    """Bucket and key of `s3://bucket/key`, also with `s3a` and `s3n`."""
    bucket, _, key = uri.partition("://")[2].partition("/")
    return bucket, key


class Objects:
    """The objects below an address; Spark takes an address as a folder, or as one object."""

    def __init__(self, uri: str) -> None:
        self.bucket, self._key = split(uri)
        self._s3: Any = boto3.client("s3")

    def download(self, folder: Path) -> int:
        """Every object into `folder`, by its key; how many there were."""
        count = 0
        for key in self.keys():
            target = folder / key
            target.parent.mkdir(parents=True, exist_ok=True)
            self._s3.download_file(self.bucket, key, str(target))
            count += 1
        return count

    def upload(self, folder: Path) -> None:
        """Every file of `folder` below the address; Hadoop's checksums, which S3 never has, stay behind."""
        prefix = self._key.rstrip("/")
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".crc":
                self._s3.upload_file(
                    str(path), self.bucket, f"{prefix}/{path.relative_to(folder).as_posix()}".lstrip("/")
                )

    def delete(self) -> None:
        """Every object."""
        keys = [{"Key": key} for key in self.keys(with_markers=True)]
        for start in range(0, len(keys), _AT_ONCE):
            answer = self._s3.delete_objects(Bucket=self.bucket, Delete={"Objects": keys[start : start + _AT_ONCE]})
            for error in answer.get("Errors", []):
                raise PermissionError(f"s3://{self.bucket}/{error['Key']}: {error['Code']}: {error['Message']}")

    def keys(self, with_markers: bool = False) -> Iterator[str]:
        """The keys: those of a folder, of a pattern those that begin as it does, else the one object of that name."""
        pattern = _PATTERN.search(self._key)
        folder = f"{self._key.rstrip('/')}/".lstrip("/")
        listed = list(self._listed(self._key[: pattern.start()] if pattern else folder))
        if not listed and not pattern and self._is_object():
            listed = [self._key]
        yield from (key for key in listed if with_markers or not key.endswith("/"))

    def _listed(self, prefix: str) -> Iterator[str]:
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
            yield from (item["Key"] for item in page.get("Contents", []))

    def _is_object(self) -> bool:
        try:
            self._s3.head_object(Bucket=self.bucket, Key=self._key)
        except ClientError as error:
            if error.response["Error"]["Code"] != "404":
                raise
            return False
        return True
