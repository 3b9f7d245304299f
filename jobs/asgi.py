"""What every server of this image has in common: bare ASGI, GET /ping, bodies of limited size, errors as JSON.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from jobs import formats
from jobs.answers import Answers
from jobs.errors import RequestError

# What SageMaker lets through to a real-time endpoint:
# docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
LARGEST_BODY = 6 * 1024 * 1024
# `predicted` answers a larger body in a thread.
SMALL_BODY = 32 * 1024

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Answer(NamedTuple):
    """Status, content type, body, and headers beside those that follow from them."""

    status: int
    content_type: str
    body: bytes
    headers: dict[bytes, bytes]


@dataclass(frozen=True)
class Asked:
    """A request, its body still to come."""

    method: str
    path: str
    headers: dict[bytes, bytes]
    receive: Receive

    def header(self, name: bytes) -> str:
        """A header by its name in lower case, empty without one."""
        return self.headers.get(name, b"").decode("latin-1")

    async def body(self) -> bytes:
        """The whole body; refused as soon as it is known to be too large."""
        _check_size(int(self.header(b"content-length") or "0"))
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise RequestError("the client closed the connection before its request was complete")
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            _check_size(size)
            if not message.get("more_body", False):
                return b"".join(chunks)


async def predicted(answers: Answers, asked: Asked, body: bytes) -> tuple[str, bytes]:
    """Content type and body of what a model answers; in a thread when that takes long, so that /ping is answered."""
    arguments = body, asked.header(b"content-type"), asked.header(b"accept")
    return answers(*arguments) if len(body) <= SMALL_BODY else await asyncio.to_thread(answers, *arguments)


class Application:
    """An ASGI application that answers GET /ping; `answer` has the rest."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = Asked(scope["method"], scope["path"], dict(scope["headers"]), receive)
        try:
            found = _pong(asked) if asked.path == "/ping" else await self.answer(asked)
        except RequestError as error:
            found = Answer(error.status, formats.JSON, formats.error(str(error)), {})
        length = str(len(found.body)).encode()
        headers = {b"content-type": found.content_type.encode(), b"content-length": length, **found.headers}
        await send({"type": "http.response.start", "status": found.status, "headers": list(headers.items())})
        await send({"type": "http.response.body", "body": found.body})

    async def answer(self, asked: Asked) -> Answer:
        """Answer one request other than GET /ping; RequestError when it cannot be."""
        raise NotImplementedError


def _pong(asked: Asked) -> Answer:
    if asked.method not in ("GET", "HEAD"):
        raise RequestError(f"expected GET /ping, found {asked.method}", 405)
    return Answer(200, "text/plain", b"", {})


def _check_size(size: int) -> None:
    if size > LARGEST_BODY:
        raise RequestError(f"expected a body of at most {LARGEST_BODY} bytes, found {size}", 413)
