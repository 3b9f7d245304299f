"""Large bodies are on disk, mapped into memory where somebody reads them, and not copied from hand to hand.

A mapping behaves like bytes for whoever hashes, slices, writes or measures it; its pages are the disk's.
"""

from __future__ import annotations

import hashlib
import mmap
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO, Any

Body = bytes | mmap.mmap
Receive = Callable[[], Awaitable[dict[str, Any]]]

LARGE_BYTES = 1024 * 1024


class ClientGone(Exception):
    """The client went away before its request was complete."""


class Received:
    """A request's body while it comes in: in memory while it is small, then in a file without a name."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._file: IO[bytes] | None = None
        self._hash = hashlib.sha256()

    def add(self, part: bytes) -> None:
        """Take the next part."""
        self._size += len(part)
        self._hash.update(part)
        if self._file is None and self._size > LARGE_BYTES:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the body
            self._file.writelines(self._parts)
            self._parts = []
        if self._file is None:
            self._parts.append(part)
        else:
            self._file.write(part)

    def body(self) -> Body:
        """All of it."""
        if self._file is not None:
            self._file.flush()
            return _mapped(self._file)
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)

    def sha256(self) -> str:
        """The hash of all of it."""
        return self._hash.hexdigest()


async def receive_body(receive: Receive) -> Received:
    """The whole body of an ASGI request. ClientGone."""
    received = Received()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGone
        received.add(message.get("body", b""))
        if not message.get("more_body", False):
            return received


def read(path: Path) -> Body:
    """A file's content: mapped when it is large."""
    with path.open("rb") as file:
        return _mapped(file) if path.stat().st_size > LARGE_BYTES else file.read()


def _mapped(file: IO[bytes]) -> mmap.mmap:
    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
