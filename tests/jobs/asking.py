"""Requests straight to an ASGI application."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from jobs.asgi import Application


class Answered(NamedTuple):
    """What an application sent."""

    status: int
    headers: dict[str, str]
    body: bytes


def answered(
    application: Application, method: str, path: str, chunks: list[bytes] | None = None, **headers: str
) -> Answered:
    """The answer to one request, whose body comes in chunks."""
    parts = chunks or [b""]
    received = [{"type": "http.request", "body": p, "more_body": n < len(parts)} for n, p in enumerate(parts, 1)]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return received.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    asyncio.run(application({"method": method, "path": path, "headers": raw}, receive, send))
    start, body = sent
    return Answered(start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, body["body"])


def ask(
    application: Application, method: str, path: str, chunks: list[bytes] | None = None, **headers: str
) -> tuple[int, str, bytes]:
    """Status, content type and body of the answer to one request."""
    found = answered(application, method, path, chunks, **headers)
    return found.status, found.headers["content-type"], found.body
