"""JSON as a state machine writes it, to and from botocore's Python values."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import Shape, StructureShape

from slipway.engine.integrations import naming

Stamp = Callable[[datetime], Any]


class UnknownField(ValueError):
    """An argument that the API has no member for; its text is the field's name."""


def members_by_name(shape: StructureShape) -> dict[str, str]:
    """Every spelling that Step Functions accepts for a structure's members."""
    names: dict[str, str] = {}
    for member in shape.members:
        names[member[:1].upper() + member[1:]] = member
        names[naming.member(member)] = member
    return names


def to_request(shape: Shape, value: Any) -> Any:
    """Arguments as parameters of a client."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        if getattr(shape, "is_document_type", False):
            return value
        names = members_by_name(shape)
        unknown = sorted(name for name in value if name not in names)
        if unknown:
            raise UnknownField(", ".join(unknown))
        return {names[name]: to_request(shape.members[names[name]], item) for name, item in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [to_request(shape.member, item) for item in value]
    if shape.type_name == "map" and isinstance(value, Mapping):
        return {key: to_request(shape.value, item) for key, item in value.items()}
    if shape.type_name == "blob":
        # An object is sent as its JSON text, a string as it is.
        return (value if isinstance(value, str) else json.dumps(value)).encode()
    if shape.type_name == "string" and isinstance(value, Mapping | list):
        # Where an API wants JSON in a string, a state machine may write the JSON itself.
        return json.dumps(value)
    return value


def iso(moment: datetime) -> str:
    """A timestamp in an SDK integration's result."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def epoch_milliseconds(moment: datetime) -> int:
    """A timestamp in an optimized integration's result."""
    return int(moment.timestamp() * 1000)


def to_result(shape: Shape | None, value: Any, stamp: Stamp = iso) -> Any:
    """A client's answer as JSON, absent members left out."""
    if shape is None:
        return {}
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        if getattr(shape, "is_document_type", False):
            return dict(value)
        return {
            naming.member(name): to_result(shape.members[name], item, stamp)
            for name, item in value.items()
            if name in shape.members and item is not None
        }
    if shape.type_name == "list":
        return [to_result(shape.member, item, stamp) for item in value]
    if shape.type_name == "map":
        return {key: to_result(shape.value, item, stamp) for key, item in value.items()}
    if isinstance(value, datetime):
        return stamp(value)
    return _text(value.read() if hasattr(value, "read") else value)


def _text(value: Any) -> Any:
    """Bytes as text, or in base64 when they are none."""
    if not isinstance(value, bytes | bytearray):
        return value
    try:
        return bytes(value).decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()
