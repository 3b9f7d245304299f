"""A request and an answer, as they are on the wire."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

from slipway.engine.spool import Body

Query = Mapping[str, list[str]]
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class WireRequest:
    """A request as it came in: the path as it was sent, with its escapes; header names in lower case."""

    method: str
    path: str
    query: Query
    headers: Mapping[str, str]
    body: Body
    # The path that was signed, where it is another: that of a virtual host, which lacks the bucket.
    signed_path: str = ""
    # The body's SHA-256, where it was taken when it came in.
    sha256: str = ""

    @property
    def plain_path(self) -> str:
        """The path without escapes."""
        return unquote(self.path)

    @property
    def is_form(self) -> bool:
        """Whether the body is a form."""
        return self.headers.get("content-type", "").startswith(FORM)

    def body_hash(self) -> str:
        """SHA-256 of the body."""
        return self.sha256 or hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True)
class WireResponse:
    """An answer as it goes out."""

    status: int
    headers: dict[str, str]
    body: bytes


def inflated(request: WireRequest) -> WireRequest:
    """The request with its body in memory, and unpacked: clients pack large ones of operations that allow it.

    What is no gzip stays what it is, and is refused as a body that cannot be read.
    docs: smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait
    """
    if request.headers.get("content-encoding") != "gzip":
        return request if isinstance(request.body, bytes) else replace(request, body=bytes(request.body))
    try:
        return replace(request, body=gzip.decompress(request.body), sha256="")
    except (OSError, EOFError, zlib.error):
        return request
