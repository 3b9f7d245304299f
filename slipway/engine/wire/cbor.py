"""Smithy's RPC v2 protocol with CBOR, which CloudWatch's clients speak first.

docs: smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html, rfc-editor.org/rfc/rfc8949 (CBOR)
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from botocore.model import ServiceModel, Shape
from botocore.parsers import BaseCBORParser, ResponseParserError

from slipway.engine.errors import AwsError
from slipway.engine.wire.message import WireRequest, WireResponse

_TEXT, _MAP = 3, 5


class _Bounded(io.BytesIO):
    """A body that is asked for no more than there is, whatever length an item claims."""

    def read(self, size: int | None = -1, /) -> bytes:
        """So many bytes, or those that are left."""
        return super().read(-1 if size is None else min(size, len(self.getbuffer())))

    def peek(self, size: int) -> bytes:
        """The next bytes, which stay where they are."""
        at = self.tell()
        return bytes(self.getbuffer()[at : at + size])


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def tree(_shape: Shape, request: WireRequest) -> Any:
    """The body's value. SerializationException."""
    if not request.body:
        return {}
    try:
        return BaseCBORParser(_moment).parse_data_item(_Bounded(bytes(request.body)))
    # Botocore's reader is for answers of AWS's: it believes that every moment exists, and that every key can be one.
    except (ResponseParserError, ValueError, TypeError, OverflowError, OSError) as error:
        raise AwsError("SerializationException", f"The request's body is not CBOR: {error}", status=400) from error


def render_error(model: ServiceModel, error: AwsError, request_id: str, status: int) -> WireResponse:
    """An error, a map of texts."""
    fields = {"__type": error.code, "message": error.message}
    body = _head(_MAP, len(fields)) + b"".join(_text(name) + _text(value) for name, value in fields.items())
    headers = {
        "Content-Type": "application/cbor",
        "smithy-protocol": "rpc-v2-cbor",
        "x-amzn-ErrorType": error.code,
        "x-amzn-RequestId": request_id,
    }
    if "awsQueryCompatible" in model.metadata:
        headers["x-amzn-query-error"] = f"{error.code};{'Sender' if status < 500 else 'Receiver'}"
    return WireResponse(status, headers, body)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _head(_TEXT, len(encoded)) + encoded


def _head(major: int, length: int) -> bytes:
    """The head of an item: its major type and its length."""
    if length < 24:
        return bytes([major << 5 | length])
    return bytes([major << 5 | 26]) + length.to_bytes(4)
