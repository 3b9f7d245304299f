"""The endpoint's server: GET /ping and POST /invocations, bare ASGI on uvicorn.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html. The port is SAGEMAKER_BIND_TO_PORT where it
is given (docs.aws.amazon.com/sagemaker/latest/dg/build-multi-model-build-container.html), else 8080; the host is
SAGEMAKER_BIND_TO_HOST, else every interface, as SageMaker needs it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

from jobs import answers, formats, paths
from jobs.answers import Answers
from jobs.errors import RequestError

# What SageMaker lets through to a real-time endpoint:
# docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
LARGEST_BODY = 6 * 1024 * 1024
# A larger body is answered in a thread, so that /ping is answered meanwhile.
SMALL_BODY = 32 * 1024

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Answer = tuple[int, str, bytes]


class Application:
    """The ASGI application of one model, or of what stands before or behind it."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            status, content_type, body = await self._answer(scope, receive)
        except RequestError as error:
            status, content_type, body = error.status, formats.JSON, formats.error(str(error))
        headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        method, path = scope["method"], scope["path"]
        if path not in ("/ping", "/invocations"):
            raise RequestError(f"expected /ping or /invocations, found {path}", 404)
        expected = ("GET", "HEAD") if path == "/ping" else ("POST",)
        if method not in expected:
            raise RequestError(f"expected {expected[0]} {path}, found {method}", 405)
        if path == "/ping":
            return 200, "text/plain", b""
        return await self._invocation(dict(scope["headers"]), receive)

    async def _invocation(self, headers: dict[bytes, bytes], receive: Receive) -> Answer:
        content_type, accept = (headers.get(name, b"").decode("latin-1") for name in (b"content-type", b"accept"))
        body = await _body(headers, receive)
        if len(body) <= SMALL_BODY:
            return 200, *self._answers(body, content_type, accept)
        return 200, *await asyncio.to_thread(self._answers, body, content_type, accept)


def main() -> None:
    """Load the model and serve until SIGTERM; requests that are being answered are answered first."""
    application = Application(answers.load(paths.model()))
    uvicorn.run(
        application,
        host=os.environ.get("SAGEMAKER_BIND_TO_HOST", "0.0.0.0"),  # noqa: S104 (SageMaker calls from outside)
        port=int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080")),
        loop="uvloop",
        http="httptools",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=20,
    )


async def _body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """The request's body; refused as soon as it is known to be too large."""
    _check_size(int(headers.get(b"content-length", b"0")))
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestError("the client closed the connection before its request was complete")
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        _check_size(size)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _check_size(size: int) -> None:
    if size > LARGEST_BODY:
        raise RequestError(f"expected a body of at most {LARGEST_BODY} bytes, found {size}", 413)
