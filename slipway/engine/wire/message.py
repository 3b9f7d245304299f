"""A request and an answer, as they are on the wire."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

Query = Mapping[str, list[str]]
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class WireRequest:
    """A request as it came in: the path as it was sent, with its escapes; header names in lower case."""

    method: str
    path: str
    query: Query
    headers: Mapping[str, str]
    body: bytes
    # The path that was signed, where it is another: that of a virtual host, which lacks the bucket.
    signed_path: str = ""

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
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True)
class WireResponse:
    """An answer as it goes out."""

    status: int
    headers: dict[str, str]
    body: bytes


def inflated(request: WireRequest) -> WireRequest:
    """The request with its body unpacked: clients pack large ones of operations that allow it.

    What is no gzip stays what it is, and is refused as a body that cannot be read.
    docs: smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait
    """
    if request.headers.get("content-encoding") != "gzip":
        return request
    try:
        return replace(request, body=gzip.decompress(request.body))
    except (OSError, EOFError, zlib.error):
        return request
