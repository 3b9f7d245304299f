"""Objects are on disk: what comes in large, in parts or in many versions is read back, and not kept in memory."""

from __future__ import annotations

import hashlib
import os
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.memory import resident_bytes

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html")

MEGABYTE = 1024 * 1024
LARGE = os.urandom(MEGABYTE) * 20
PART = LARGE[: 5 * MEGABYTE]


@pytest.fixture(scope="module")
def bucket(engine: Any) -> str:
    engine.client("s3").create_bucket(Bucket="of-bodies")
    return "of-bodies"


def parts_on_disk(engine: Any) -> int:
    return len(list((engine.home / "state" / "parts").iterdir()))


def test_a_large_object_is_read_back_whole_and_in_ranges(engine: Any, bucket: str) -> None:
    s3 = engine.client("s3")
    put = s3.put_object(Bucket=bucket, Key="large", Body=LARGE)
    assert put["ETag"] == f'"{hashlib.md5(LARGE, usedforsecurity=False).hexdigest()}"'
    assert s3.get_object(Bucket=bucket, Key="large")["Body"].read() == LARGE
    ranged = s3.get_object(Bucket=bucket, Key="large", Range=f"bytes={9 * MEGABYTE - 3}-{9 * MEGABYTE + 3}")
    assert ranged["Body"].read() == LARGE[9 * MEGABYTE - 3 : 9 * MEGABYTE + 4]
    assert s3.head_object(Bucket=bucket, Key="large")["ContentLength"] == len(LARGE)


@pytest.mark.parametrize("size", [0, 1, MEGABYTE - 1, MEGABYTE, MEGABYTE + 1, 2 * MEGABYTE, 8 * MEGABYTE + 1])
def test_an_object_of_any_size_is_read_back(engine: Any, bucket: str, size: int) -> None:
    s3 = engine.client("s3")
    s3.put_object(Bucket=bucket, Key="sized", Body=LARGE[:size])
    assert s3.get_object(Bucket=bucket, Key="sized")["Body"].read() == LARGE[:size]


@pytest.mark.parametrize("start", [b"{", b'{"a": ', b"[1, ", b"<a>", b"\x1f\x8b"])
def test_a_large_object_may_begin_like_any_document(engine: Any, bucket: str, start: bytes) -> None:
    s3, content = engine.client("s3"), start + LARGE[: 2 * MEGABYTE]
    s3.put_object(Bucket=bucket, Key="begun", Body=content, Tagging="of=tests")
    assert s3.get_object(Bucket=bucket, Key="begun")["Body"].read() == content


def test_a_large_body_that_is_not_what_was_signed_is_refused(engine: Any, bucket: str) -> None:
    s3 = engine.client("s3")
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="other", Body=LARGE, ContentMD5="AAAAAAAAAAAAAAAAAAAAAA==")
    assert error.value.response["Error"]["Code"] == "BadDigest"


def test_an_object_is_put_together_from_its_parts(engine: Any, bucket: str) -> None:
    s3 = engine.client("s3")
    before = parts_on_disk(engine)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    named = {"Bucket": bucket, "Key": "parts", "UploadId": upload}
    bodies = [PART, PART[::-1], b"the end"]
    tags = [s3.upload_part(**named, PartNumber=n, Body=body)["ETag"] for n, body in enumerate(bodies, 1)]
    tags[0] = s3.upload_part(**named, PartNumber=1, Body=bodies[0])["ETag"]  # once more, which replaces it
    assert parts_on_disk(engine) == before + 3
    assert [part["Size"] for part in s3.list_parts(**named)["Parts"]] == [len(body) for body in bodies]
    parts = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]
    with pytest.raises(ClientError, match="InvalidPart"):
        s3.complete_multipart_upload(**named, MultipartUpload={"Parts": [*parts, {"PartNumber": 9, "ETag": '"x"'}]})
    s3.complete_multipart_upload(**named, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=bucket, Key="parts")["Body"].read() == b"".join(bodies)
    assert parts_on_disk(engine) == before


def test_the_parts_of_an_upload_that_is_given_up_are_removed(engine: Any, bucket: str) -> None:
    s3 = engine.client("s3")
    before = parts_on_disk(engine)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="given-up")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="given-up", UploadId=upload, PartNumber=1, Body=PART)
    s3.abort_multipart_upload(Bucket=bucket, Key="given-up", UploadId=upload)
    assert parts_on_disk(engine) == before


def test_a_large_object_is_copied(engine: Any, bucket: str) -> None:
    s3 = engine.client("s3")
    s3.put_object(Bucket=bucket, Key="original", Body=LARGE)
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/original")
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == LARGE


def test_every_version_is_read_back_and_none_is_kept_in_memory(engine: Any) -> None:
    s3 = engine.client("s3")
    s3.create_bucket(Bucket="of-versions")
    s3.put_object(Bucket="of-versions", Key="k", Body=b"before there were versions")
    s3.put_bucket_versioning(Bucket="of-versions", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="of-versions", Key="k", Body=LARGE)  # what the first large one needs, it needs once
    before = resident_bytes(engine.home)
    bodies = [bytes([number]) + LARGE for number in range(8)]
    versions = [s3.put_object(Bucket="of-versions", Key="k", Body=body)["VersionId"] for body in bodies]
    assert resident_bytes(engine.home) - before < 3 * len(LARGE)
    for version, body in zip(versions, bodies, strict=True):
        assert s3.get_object(Bucket="of-versions", Key="k", VersionId=version)["Body"].read() == body
    oldest = s3.get_object(Bucket="of-versions", Key="k", VersionId="null")["Body"].read()
    assert oldest == b"before there were versions"
    s3.delete_object(Bucket="of-versions", Key="k", VersionId=versions[-1])
    assert s3.get_object(Bucket="of-versions", Key="k")["Body"].read() == bodies[-2]
