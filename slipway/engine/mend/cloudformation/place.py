"""Which resource of which stack is being worked on, for handlers that MiniStack calls without saying so."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A resource's place."""

    stack_name: str
    logical_id: str


_place: contextvars.ContextVar[Place] = contextvars.ContextVar("slipway_resource_place")


def place() -> Place:
    """The place of the resource operation that is running."""
    return _place.get()


@contextmanager
def at(stack_name: str, logical_id: str) -> Iterator[None]:
    """Run an operation on one resource."""
    token = _place.set(Place(stack_name, logical_id))
    try:
        yield
    finally:
        _place.reset(token)
