"""Who may come in at all, before anything looks at a request.

The port is on the loopback interface, yet every web page in the person's browser can send requests to it. A page is
kept out by what it cannot make: a signature, which every call needs. With a host name of its own that points here ("DNS
rebinding") it could read what needs no signature, so other hosts are refused. MiniStack's own endpoints below
`/_ministack/` ask for no signature, and are closed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
# Names that resolve to this machine, and AWS's own, which only a client that means this engine sends here.
_HOSTS = (".localhost", ".amazonaws.com", ".amazonaws.com.cn")
_INTERNAL = ("/_ministack/", "/_localstack/")

Scope = Mapping[str, Any]


def refusal(scope: Scope) -> tuple[int, str] | None:
    """Status and sentence that answer the request; None lets it in."""
    host = _header(scope, b"host")
    if not is_local(host):
        return 421, f"The local engine does not answer for {host}; call it as 127.0.0.1 or localhost"
    path = str(scope["path"])
    if _header(scope, b"upgrade").lower() == "websocket":
        return 501, "The local engine has no WebSocket APIs; docs/local-engine.md lists what it has"
    if path.startswith(_INTERNAL):
        return 404, f"The local engine has no {path}"
    return None


def is_local(host: str) -> bool:
    """Whether a Host header means this engine; HTTP/1.0 clients send none."""
    name = host.rpartition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
    return not name or name.lower() in _LOOPBACK or name.lower().endswith(_HOSTS)


async def refuse(send: Any, status: int, sentence: str) -> None:
    """Answer with the sentence."""
    body = json.dumps({"message": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _header(scope: Scope, name: bytes) -> str:
    values = [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]
    return values[0] if values else ""
