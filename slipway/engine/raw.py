"""Raw HTTP below a path of a service's own (git's smart HTTP), streamed both ways; the handler has a thread."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.service import HttpHandler, HttpRequest, HttpResponse

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def serve(engine: Engine, handler: HttpHandler, scope: Scope, receive: Receive, send: Send) -> None:
    """Hand the request to the handler and send what it answers."""
    chunks: queue.Queue[bytes | None] = queue.Queue(maxsize=16)
    request = HttpRequest(
        method=scope["method"],
        path=scope["path"],
        query=scope.get("query_string", b"").decode(),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body=iter(chunks.get, None),
    )
    feeder = asyncio.create_task(_feed(receive, chunks))
    try:
        response = await asyncio.to_thread(handler, engine, request)
        await _send(response, send)
    finally:
        feeder.cancel()


async def _feed(receive: Receive, chunks: queue.Queue[bytes | None]) -> None:
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        if message.get("body"):
            await asyncio.to_thread(chunks.put, message["body"])
        more = message.get("more_body", False)
    await asyncio.to_thread(chunks.put, None)


async def _send(response: HttpResponse, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in response.headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    body: Iterator[bytes] = response.body
    while True:
        chunk = await asyncio.to_thread(next, body, None)
        if chunk is None:
            break
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
