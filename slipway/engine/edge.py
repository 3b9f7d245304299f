"""From the socket to the dispatcher: the ASGI application.

What is not a service's API has its own way: raw paths of our services (git, the addresses that CloudFormation presigns)
and APIs of API Gateway. Each of them authenticates by itself and writes to the journal.
"""

from __future__ import annotations

import asyncio
import mmap
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote

from slipway.engine import adapter, front_door, raw, spool, wire
from slipway.engine.dispatcher import Dispatcher
from slipway.engine.engine import Engine
from slipway.engine.faults import control
from slipway.engine.mend import edge as ministack
from slipway.engine.service import Service

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Answer = adapter.Response

# Longer answers are sent in pieces of this many bytes, each read by a thread: it may come from the disk.
_CHUNK = 1024 * 1024
# What ends a header, or is none of it: a service may quote in one what it was sent.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

# Hosts that are no virtual host of a bucket's, as nearly every client of the engine calls it.
_PLAIN_HOSTS = ("127.0.0.1", "localhost")


class Edge:
    """The application that one engine serves."""

    def __init__(self, engine: Engine, services: list[Service], dispatcher: Dispatcher) -> None:
        self._engine = engine
        self._dispatcher = dispatcher
        self._lifespan = adapter.application()
        self._raw = {prefix: handler for service in services for prefix, handler in service.http_handlers.items()}
        self._raw[control.PATH] = control.answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's request; MiniStack's own start and end are its lifespan."""
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif (refused := front_door.refusal(scope)) is not None:
            await front_door.refuse(send, *refused)
        elif (handler := self._raw_handler(scope["path"])) is not None:
            await raw.serve(self._engine, handler, scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    def _raw_handler(self, path: str) -> Any:
        return next((handler for prefix, handler in self._raw.items() if path.startswith(prefix)), None)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = str(uuid.uuid4())
        try:
            received = await spool.receive_body(receive)
        except spool.ClientGone:
            return
        except OSError as error:
            nothing = _addressed(_request(scope, spool.Received()))
            refused = self._dispatcher.not_received(nothing, request_id, error)
            await _send(refused, receive, send, head=nothing.method == "HEAD")
            return
        request = _addressed(_request(scope, received))
        with ministack.request_scope((scope.get("client") or ("127.0.0.1",))[0]):
            raw_query = scope.get("query_string", b"").decode()
            answer = await ministack.special(request, scope["headers"], raw_query, request_id)
            if answer is None:
                answer = await self._dispatcher.dispatch(request, request_id)
        await _send(answer, receive, send, head=request.method == "HEAD")


def _addressed(request: wire.WireRequest) -> wire.WireRequest:
    """The request with a bucket in its path, where the host names it."""
    host = request.headers.get("host", "")
    bucket = "" if host.startswith(_PLAIN_HOSTS) else ministack.bucket_of(host)
    return replace(request, path=f"/{bucket}{request.path}", signed_path=request.path) if bucket else request


def _request(scope: Scope, received: spool.Received) -> wire.WireRequest:
    """The request; the path keeps its escapes, a repeated header is one with its values joined."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), _text(value)
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    query = parse_qs(scope.get("query_string", b"").decode("utf-8", "replace"), keep_blank_values=True)
    path = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1").partition("?")[0]
    return wire.WireRequest(scope["method"], path, query, headers, received.body(), sha256=received.sha256())


def _text(value: bytes) -> str:
    """A header's value, which clients send as UTF-8; HTTP's own encoding is the other one."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


async def _send(answer: Answer, receive: Receive, send: Send, *, head: bool) -> None:
    status, headers, body = answer
    content: Any = body.encode() if isinstance(body, str) else body
    ready = isinstance(content, bytes | mmap.mmap)
    if ready and not head:
        headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
        headers["Content-Length"] = str(len(content))
    await send({"type": "http.response.start", "status": status, "headers": list(_lines(headers))})
    if not ready:
        await content.runner(send, receive)  # MiniStack's own stream, which ends by itself
        return
    for start in range(_CHUNK, 0 if head else len(content), _CHUNK):
        part = await asyncio.to_thread(content.__getitem__, slice(start - _CHUNK, start))
        await send({"type": "http.response.body", "body": part, "more_body": True})
    rest = b"" if head else content[(max(len(content) - 1, 0) // _CHUNK) * _CHUNK :]
    await send({"type": "http.response.body", "body": rest, "more_body": False})


def _lines(headers: Mapping[str, Any]) -> Iterable[tuple[bytes, bytes]]:
    """Header lines; a list is one line for each of its items, as `Set-Cookie` needs."""
    for name, value in headers.items():
        for item in value if isinstance(value, list | tuple) else (value,):
            yield name.lower().encode("latin-1"), _CONTROL.sub(" ", str(item)).encode()
