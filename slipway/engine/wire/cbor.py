"""Smithy's RPC v2 protocol with CBOR, which CloudWatch's clients speak first.

docs: smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html, rfc-editor.org/rfc/rfc8949 (CBOR)
"""

from __future__ import annotations

from typing import Any

from botocore.model import ServiceModel, Shape
from botocore.parsers import BaseCBORParser, ResponseParserError

from slipway.engine.errors import AwsError
from slipway.engine.wire.message import WireRequest, WireResponse

_TEXT, _MAP = 3, 5


def tree(_shape: Shape, request: WireRequest) -> Any:
    """The body's value. SerializationException."""
    if not request.body:
        return {}
    parser = BaseCBORParser()
    try:
        return parser.parse_data_item(parser.get_peekable_stream_from_bytes(bytes(request.body)))
    except (ResponseParserError, UnicodeDecodeError) as error:
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
