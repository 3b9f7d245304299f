"""S3: a request that says whose a bucket must be is refused when it is another account's.

docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from slipway.engine import adapter
from slipway.engine.engine import current

_SERVICE = "services.s3"
_EXPECTED = "x-amz-expected-bucket-owner"
_EXPECTED_OF_SOURCE = "x-amz-source-expected-bucket-owner"

Headers = dict[str, str]
Answer = tuple[int, Headers, Any]


def apply() -> None:
    """Put our function around MiniStack's."""
    adapter.replace(_SERVICE, "handle_request", _owned)


def _owned(handle: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    async def handled(method: str, path: str, headers: Headers, body: bytes, query: Any, **more: Any) -> Answer:
        bucket = adapter.part(_SERVICE)._parse_bucket_key(path, headers)[0]
        source = unquote(headers.get("x-amz-copy-source", "")).lstrip("/").partition("/")[0]
        for name, expected in ((bucket, headers.get(_EXPECTED)), (source, headers.get(_EXPECTED_OF_SOURCE))):
            if expected is not None and expected != current().account and name in adapter.part(_SERVICE)._buckets:
                refused: Answer = adapter.part(_SERVICE)._error("AccessDenied", "Access Denied", 403, f"/{name}")
                return refused
        return await handle(method, path, headers, body, query, **more)

    return handled
