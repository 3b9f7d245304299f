"""Bodies in chunks of S3's own (`aws-chunked`), with checksums behind the last of them.

docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from __future__ import annotations

from dataclasses import replace

from slipway.engine.errors import AwsError
from slipway.engine.spool import Body
from slipway.engine.wire.message import WireRequest

_ENCODING = "aws-chunked"


def is_chunked(request: WireRequest) -> bool:
    """Whether the body is in such chunks."""
    return _ENCODING in request.headers.get("content-encoding", "") or request.headers.get(
        "x-amz-content-sha256", ""
    ).startswith("STREAMING-")


def joined(request: WireRequest) -> WireRequest:
    """The request with its body in one piece, and what came behind it as headers."""
    if not is_chunked(request):
        return request
    body, trailers = _read(request.body)
    announced = request.headers.get("x-amz-decoded-content-length")
    if announced is not None and announced != str(len(body)):
        raise _incomplete()
    encodings = [each.strip() for each in request.headers.get("content-encoding", "").split(",")]
    kept = ", ".join(each for each in encodings if each and each != _ENCODING)
    headers = {**trailers, **request.headers, "content-encoding": kept, "content-length": str(len(body))}
    if not kept:
        del headers["content-encoding"]
    return replace(request, headers=headers, body=body, sha256="")


def _read(body: Body) -> tuple[bytes, dict[str, str]]:
    """The chunks' bytes, and the trailing headers."""
    chunks: list[memoryview] = []
    at = 0
    view = memoryview(body)
    while True:
        end = body.find(b"\r\n", at)
        size = _size(body[at:end]) if end >= 0 else -1
        if size < 0:
            raise _incomplete()
        start = end + 2
        if size == 0:
            return b"".join(chunks), _trailers(body[start:])
        if body[start + size : start + size + 2] != b"\r\n":
            raise _incomplete()
        chunks.append(view[start : start + size])
        at = start + size + 2


def _size(line: bytes) -> int:
    """The size in a chunk's first line, `<hex>[;chunk-signature=…]`; negative when there is none."""
    try:
        return int(line.partition(b";")[0], 16)
    except ValueError:
        return -1


def _trailers(text: bytes) -> dict[str, str]:
    lines = [line.decode("latin-1").partition(":") for line in text.split(b"\r\n") if line]
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _incomplete() -> AwsError:
    message = "You did not provide the number of bytes specified by the Content-Length HTTP header."
    return AwsError("IncompleteBody", message, status=400)
