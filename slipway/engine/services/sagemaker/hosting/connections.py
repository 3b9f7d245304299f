"""Kept-alive connections to one server; opening one for every invocation would double its time."""

from __future__ import annotations

import http.client
import threading
from dataclasses import dataclass, field

HOST = "127.0.0.1"
_KEEP = 64
# A kept connection that the server has closed in the meantime shows itself as one of these.
_STALE = (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError)


@dataclass(frozen=True)
class Answer:
    """What a server answered. `observed` are figures about the request, by their metric's name; times in seconds."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    observed: dict[str, float] = field(default_factory=dict)


class Connections:
    """A pool for one port; the connection used last is used first."""

    def __init__(self, port: int, timeout: float) -> None:
        self._port = port
        self._timeout = timeout
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def post(self, path: str, body: bytes, headers: dict[str, str], seconds: float | None = None) -> Answer:
        """One POST; OSError or http.client.HTTPException when the server does not answer.

        One that may take its own number of `seconds` gets a connection of its own.
        """
        if seconds is None:
            return self.send("POST", path, body, headers)
        own = http.client.HTTPConnection(HOST, self._port, timeout=seconds)
        return self._exchange(own, "POST", path, body, {**headers, "Connection": "close"})

    def send(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        """One request of any method; it fails as `post` does."""
        sent = headers or {}
        kept = self._take()
        if kept is not None:
            try:
                return self._exchange(kept, method, path, body, sent)
            except _STALE:
                kept.close()
        made = http.client.HTTPConnection(HOST, self._port, timeout=self._timeout)
        return self._exchange(made, method, path, body, sent)

    def close(self) -> None:
        """Close what is idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _exchange(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> Answer:
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        except (OSError, http.client.HTTPException):
            connection.close()
            raise
        self._give_back(connection, keep=not response.will_close)
        return answer

    def _take(self) -> http.client.HTTPConnection | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _give_back(self, connection: http.client.HTTPConnection, *, keep: bool) -> None:
        with self._lock:
            if keep and len(self._idle) < _KEEP:
                self._idle.append(connection)
                return
        connection.close()
