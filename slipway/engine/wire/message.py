"""A request and an answer, as they are on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Query = Mapping[str, list[str]]


@dataclass(frozen=True)
class WireRequest:
    """A request as it came in; header names are lower case."""

    method: str
    path: str
    query: Query
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class WireResponse:
    """An answer as it goes out."""

    status: int
    headers: dict[str, str]
    body: bytes
