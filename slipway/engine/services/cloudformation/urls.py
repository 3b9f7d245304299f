"""The addresses under which an S3 object can be given as a template.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

# s3.amazonaws.com, s3.eu-west-1.amazonaws.com, s3-eu-west-1.amazonaws.com, s3.dualstack.eu-west-1.amazonaws.com
_AWS_HOST = re.compile(
    r"(?:(?P<bucket>.+)\.)?s3(?:[.-](?:dualstack\.)?[a-z]{2}(?:-[a-z]+)+-\d+)?\.amazonaws\.com(?:\.cn)?"
)
_LOCAL_HOST = re.compile(r"(?:(?P<bucket>.+)\.)?(?:localhost|127\.0\.0\.1)")


@dataclass(frozen=True)
class S3Object:
    """An object in S3; `version` is empty for the current one."""

    bucket: str
    key: str
    version: str = ""


def parse(url: str, local_port: int) -> S3Object | None:
    """The object that a virtual-hosted or path-style URL names, on AWS or on the engine's own port; None otherwise."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    local = parts.scheme == "http" and parts.port == local_port
    match = (_LOCAL_HOST if local else _AWS_HOST).fullmatch(host)
    if match is None or parts.scheme not in ("http", "https"):
        return None
    path = unquote(parts.path.lstrip("/"))
    bucket, key = (match["bucket"], path) if match["bucket"] else path.partition("/")[::2]
    version = parse_qs(parts.query).get("versionId", [""])[0]
    return S3Object(bucket, key, version) if bucket and key else None
