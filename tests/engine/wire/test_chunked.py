"""Bodies in chunks of S3's own."""

from __future__ import annotations

import io

import pytest
from botocore.httpchecksum import AwsChunkedWrapper, Crc32Checksum

from slipway.engine import wire
from slipway.engine.errors import AwsError

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html")

CHUNKED = {"content-encoding": "gzip, aws-chunked", "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}


def request(body: bytes, **headers: str) -> wire.WireRequest:
    return wire.WireRequest("PUT", "/b/k", {}, {**CHUNKED, **headers}, body, sha256="of the chunks")


@pytest.mark.parametrize("content", [b"", b"one", b"0\r\n\r\n" * 1000])
def test_what_botocore_sends_in_chunks_is_joined(content: bytes) -> None:
    wrapped = AwsChunkedWrapper(io.BytesIO(content), Crc32Checksum, "x-amz-checksum-crc32", chunk_size=700)
    joined = wire.joined(request(wrapped.read(), **{"x-amz-decoded-content-length": str(len(content))}))
    checksum = Crc32Checksum()
    checksum.update(content)
    assert joined.body == content
    assert joined.headers["x-amz-checksum-crc32"] == checksum.b64digest()
    assert joined.headers["content-encoding"] == "gzip"
    assert joined.headers["content-length"] == str(len(content))
    assert joined.body_hash() != "of the chunks"


def test_a_body_without_chunks_stays_what_it_is() -> None:
    plain = wire.WireRequest("PUT", "/b/k", {}, {}, b"3\r\nabc\r\n0\r\n\r\n")
    assert wire.joined(plain) is plain


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"3\r\nabc\r\n", id="no last chunk"),
        pytest.param(b"9\r\nabc\r\n0\r\n\r\n", id="a chunk that is shorter than it says"),
        pytest.param(b"x\r\nabc\r\n0\r\n\r\n", id="a size that is none"),
        pytest.param(b"-1\r\nabc\r\n0\r\n\r\n", id="a negative size"),
    ],
)
def test_chunks_that_are_not_complete_are_refused(body: bytes) -> None:
    with pytest.raises(AwsError, match="You did not provide the number of bytes") as error:
        wire.joined(request(body))
    assert error.value.code == "IncompleteBody"


def test_another_length_than_was_announced_is_refused() -> None:
    with pytest.raises(AwsError, match="You did not provide the number of bytes"):
        wire.joined(request(b"3\r\nabc\r\n0\r\n\r\n", **{"x-amz-decoded-content-length": "4"}))
