"""Scalars that travel as text: in forms, XML, headers, paths and query strings."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Any

from botocore.model import Shape

_BOOLEANS = {"true": True, "false": False}


def value(shape: Shape, text: str) -> Any:
    """The text as the JSON value of its shape; what is none stays text, and fails validation as such."""
    kind = shape.type_name
    if kind == "boolean":
        return _BOOLEANS.get(text.lower(), text)
    if kind in ("integer", "long"):
        return _number(int, text)
    if kind in ("float", "double"):
        return _number(float, text)
    if kind == "timestamp" and text[:1].isalpha():
        return _http_date(text)
    return text


def _number(read: type[int] | type[float], text: str) -> Any:
    try:
        return read(text)
    except ValueError:
        return text


def _http_date(text: str) -> Any:
    """`Sat, 21 Nov 2026 03:49:18 GMT`, as headers have it."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return text
