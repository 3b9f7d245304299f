"""Requests to an ASGI application, straight or to the real program."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

from jobs.asgi import Application

ROOT = Path(__file__).parents[2]


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


@dataclass(frozen=True)
class Program:
    """The real program on a port of the loopback."""

    child: subprocess.Popen[bytes]
    port: int

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answered:
        """The answer, as soon as the program listens."""
        deadline = time.monotonic() + 120
        while True:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request(method, path, body, headers or {})
                found = connection.getresponse()
                return Answered(found.status, {name.lower(): text for name, text in found.getheaders()}, found.read())
            except ConnectionRefusedError:
                assert time.monotonic() < deadline, "the program does not listen"
                time.sleep(0.05)
            finally:
                connection.close()


@contextmanager
def program(base: Path, **environment: str) -> Iterator[Program]:
    """`python -m jobs serve` on a free port, with that folder in the place of /opt/ml."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    where = {"SAGEMAKER_BIND_TO_HOST": "127.0.0.1", "SAGEMAKER_BIND_TO_PORT": str(port)}
    environ = os.environ | {"SAGEMAKER_BASE_DIR": str(base)} | where | environment
    child = subprocess.Popen([sys.executable, "-m", "jobs", "serve"], cwd=ROOT, env=environ)
    try:
        yield Program(child, port)
    finally:
        child.kill()
        child.wait()
