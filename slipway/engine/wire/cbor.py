"""Smithy's RPC v2 protocol with CBOR, which CloudWatch's clients speak first.

docs: smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html, rfc-editor.org/rfc/rfc8949 (CBOR)
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.parsers import BaseCBORParser, ResponseParserError

from slipway.engine.errors import AwsError
from slipway.engine.wire.message import WireRequest, WireResponse

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP = range(6)
_FALSE, _TRUE, _DOUBLE, _EPOCH = b"\xf4", b"\xf5", b"\xfb", b"\xc1"


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


def render(operation: OperationModel, result: Mapping[str, Any]) -> WireResponse:
    """The answer of a successful call."""
    headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
    return WireResponse(200, headers, _item(operation.output_shape, result))


def render_error(model: ServiceModel, error: AwsError, request_id: str, status: int) -> WireResponse:
    """An error, a map of texts."""
    body = _head(_MAP, 2) + _text("__type") + _text(error.code) + _text("message") + _text(error.message)
    headers = {
        "Content-Type": "application/cbor",
        "smithy-protocol": "rpc-v2-cbor",
        "x-amzn-ErrorType": error.code,
        "x-amzn-RequestId": request_id,
    }
    if "awsQueryCompatible" in model.metadata:
        headers["x-amzn-query-error"] = f"{error.code};{'Sender' if status < 500 else 'Receiver'}"
    return WireResponse(status, headers, body)


def _item(shape: Shape | None, value: Any) -> bytes:
    """A value of the shape; KeyError names a member that the shape does not have."""
    if shape is None:
        return _head(_MAP, 0)
    if isinstance(shape, StructureShape):
        members = [(name, shape.members[name], item) for name, item in value.items() if item is not None]
        return _head(_MAP, len(members)) + b"".join(_text(name) + _item(member, item) for name, member, item in members)
    if isinstance(shape, ListShape):
        return _head(_ARRAY, len(value)) + b"".join(_item(shape.member, item) for item in value)
    if isinstance(shape, MapShape):
        return _head(_MAP, len(value)) + b"".join(_text(key) + _item(shape.value, value[key]) for key in value)
    return _scalar(shape.type_name, value)


def _scalar(kind: str, value: Any) -> bytes:
    if kind == "boolean":
        return _TRUE if value else _FALSE
    if kind == "timestamp":
        return _EPOCH + _float(value.timestamp() if isinstance(value, datetime) else value)
    if kind in ("float", "double"):
        return _float(value)
    if kind in ("integer", "long"):
        return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
    if kind == "blob":
        return _head(_BYTES, len(value)) + bytes(value)
    return _text(str(value))


def _float(value: float) -> bytes:
    return _DOUBLE + struct.pack(">d", value)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _head(_TEXT, len(encoded)) + encoded


def _head(major: int, length: int) -> bytes:
    """The head of an item: its major type and its length, or its value."""
    if length < 24:
        return bytes([major << 5 | length])
    return bytes([major << 5 | 27]) + length.to_bytes(8)
