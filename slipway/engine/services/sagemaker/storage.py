"""S3 for jobs and models, always under the job's or the model's own role."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.service import invalid

if TYPE_CHECKING:
    from slipway.engine.caller import Caller

_URI = re.compile(r"^(?:s3|https)://([^/]+)/?(.*)$", re.DOTALL)
_CHUNK_BYTES = 1024 * 1024


class NothingThere(Exception):
    """No object matches; the text is SageMaker's, with bucket, prefix and role."""


@dataclass(frozen=True)
class Location:
    """A bucket and a key or prefix."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, uri: str) -> Location:
        """From `s3://bucket/key`."""
        match = _URI.match(uri)
        if match is None:
            raise invalid(f"{uri!r} is not an S3 URI of the form s3://bucket/key")
        return cls(match[1], match[2])

    def below(self, *parts: str) -> Location:
        """`parts` appended with one slash between each."""
        return Location(self.bucket, "/".join([*([self.key.rstrip("/")] if self.key.rstrip("/") else []), *parts]))

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True)
class Found:
    """An object to download and its path below the target folder."""

    location: Location
    path: str


def encryption(key_id: str | None) -> dict[str, str]:
    """PutObject's members for server-side encryption with `key_id`, or none for the bucket's default."""
    return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id} if key_id else {}


def under_prefix(caller: Caller, uri: str) -> list[Found]:
    """Every object whose key begins with the URI's, as S3DataType `S3Prefix` means it.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html: a prefix is a key name prefix, not a
    folder, so `s3://b/train` also matches `train2/x`.
    """
    prefix = Location.parse(uri)
    pages = caller.client("s3").get_paginator("list_objects_v2").paginate(Bucket=prefix.bucket, Prefix=prefix.key)
    keys = [item["Key"] for page in pages for item in page.get("Contents", []) if not item["Key"].endswith("/")]
    if not keys:
        raise NothingThere(
            f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the bucket '
            f"exists in the selected region, that objects exist under that S3 prefix, and that the role "
            f'"{caller.arn}" has "s3:ListBucket" permissions on bucket "{prefix.bucket}".'
        )
    return [Found(Location(prefix.bucket, key), _relative(key, prefix.key)) for key in keys]


def _relative(key: str, prefix: str) -> str:
    if key == prefix:
        return key.rsplit("/", 1)[-1]
    folder = prefix if prefix.endswith("/") or not prefix else f"{prefix}/"
    parent = prefix.rpartition("/")[0]
    return key.removeprefix(folder if key.startswith(folder) else parent).lstrip("/")


def in_manifest(caller: Caller, uri: str) -> list[Found]:
    """The objects that a manifest names: `[{"prefix": "s3://…/"}, "path", …]` (S3DataType `ManifestFile`)."""
    at = Location.parse(uri)
    text = caller.client("s3").get_object(Bucket=at.bucket, Key=at.key)["Body"].read()
    entries = _entries(text)
    if not entries or not isinstance(entries[0], dict) or "prefix" not in entries[0]:
        raise NothingThere(f'The manifest "{uri}" must be a JSON array whose first item is {{"prefix": "s3://…"}}')
    prefix = Location.parse(entries[0]["prefix"])
    return [Found(Location(prefix.bucket, prefix.key + path), path) for path in entries[1:]]


def _entries(manifest: bytes) -> list[Any]:
    """A manifest's items; none when it is no array."""
    try:
        entries = json.loads(manifest)
    except ValueError:
        return []
    return entries if isinstance(entries, list) else []


def download(caller: Caller, found: Found, folder: Path) -> Path:
    """One object into `folder`; its path may not leave it."""
    target = (folder / found.path).resolve()
    if not target.is_relative_to(folder.resolve()):
        raise NothingThere(f"The key {found.location} leads out of its folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    body = caller.client("s3").get_object(Bucket=found.location.bucket, Key=found.location.key)["Body"]
    with target.open("wb") as file:
        for chunk in body.iter_chunks(_CHUNK_BYTES):
            file.write(chunk)
    return target


def upload(caller: Caller, source: Path, to: Location, key_id: str | None = None) -> None:
    """One file, encrypted with `key_id` if there is one."""
    with source.open("rb") as file:
        caller.client("s3").put_object(Bucket=to.bucket, Key=to.key, Body=file, **encryption(key_id))


def upload_folder(caller: Caller, folder: Path, to: Location, key_id: str | None = None) -> int:
    """Every file of `folder` below `to`; how many there were."""
    files = list(_files(folder))
    for path in files:
        upload(caller, path, to.below(path.relative_to(folder).as_posix()), key_id)
    return len(files)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
