"""S3: an object that could not be written to disk is not acknowledged.

MiniStack would only log that, and the object would be gone with the engine's end.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from slipway.engine import adapter

_SERVICE = "services.s3"

# What went wrong with the disk while a request was served; None outside of one.
_failures: ContextVar[list[OSError] | None] = ContextVar("slipway_s3_disk", default=None)

Answer = tuple[int, dict[str, str], Any]


def apply() -> None:
    """Put our functions around MiniStack's."""
    adapter.replace(_SERVICE, "_atomic_write", _noted)
    adapter.replace(_SERVICE, "handle_request", _told)


def _noted(write: Callable[..., None]) -> Callable[..., None]:
    def written(*arguments: Any, **options: Any) -> None:
        try:
            write(*arguments, **options)
        except OSError as error:
            failures = _failures.get()
            if failures is not None:
                failures.append(error)
            raise

    return written


def _told(handle: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    async def handled(method: str, path: str, *more: Any, **options: Any) -> Answer:
        failures: list[OSError] = []
        token = _failures.set(failures)
        try:
            answer = await handle(method, path, *more, **options)
        finally:
            _failures.reset(token)
        if not failures:
            return answer
        message = f"We encountered an internal error. Please try again. ({failures[0].strerror})"
        refused: Answer = adapter.part(_SERVICE)._error("InternalError", message, 500, path)
        return refused

    return handled
