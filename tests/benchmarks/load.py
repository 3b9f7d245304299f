"""Calls as fast as the engine answers them: signed once, sent by one process over several connections at once."""

from __future__ import annotations

import socket

from slipway.local import LocalEngine
from tests.benchmarks.call import SmallCall, signed_headers
from tests.benchmarks.figure import seconds

CONNECTIONS = 8
_ROUNDS = 250
_END_OF_HEAD = b"\r\n\r\n"


def per_second(engine: LocalEngine, call: SmallCall) -> float:
    """How many calls are answered in a second; a first few are not counted."""
    sent = request(engine, call)
    connections = [socket.create_connection(("127.0.0.1", engine.port)) for _ in range(CONNECTIONS)]
    try:
        _rounds(connections, sent, _ROUNDS // 5)
        return CONNECTIONS * _ROUNDS / seconds(lambda: _rounds(connections, sent, _ROUNDS))
    finally:
        for connection in connections:
            connection.close()


def request(engine: LocalEngine, call: SmallCall) -> bytes:
    """The bytes of `call`, signed by the person."""
    headers = {**signed_headers(engine, call), "Host": f"127.0.0.1:{engine.port}", "Content-Length": len(call.body)}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST / HTTP/1.1\r\n{lines}\r\n".encode() + call.body


def _rounds(connections: list[socket.socket], sent: bytes, rounds: int) -> None:
    """Send on every connection, then read from every one, again and again."""
    for _ in range(rounds):
        for connection in connections:
            connection.sendall(sent)
        for connection in connections:
            _read(connection)


def _read(connection: socket.socket) -> None:
    """One answer; RuntimeError when it is an error."""
    answer = b""
    while _END_OF_HEAD not in answer:
        answer += _part(connection)
    head, _, body = answer.partition(_END_OF_HEAD)
    lines = head.lower().split(b"\r\n")
    length = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
    while len(body) < length:
        body += _part(connection)
    if b" 200" not in lines[0]:
        raise RuntimeError(f"the engine answered {head.decode()} {body.decode(errors='replace')}")


def _part(connection: socket.socket) -> bytes:
    part = connection.recv(65_536)
    if not part:
        raise RuntimeError("the engine closed the connection")
    return part
