from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from slipway.engine.services.sagemaker.hosting.connections import Connections
from slipway.engine.services.sagemaker.hosting.server import Container, Server

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """A server that was healthy and at which nobody listens any more."""
    unused: Any = None
    container = Container(unused, tmp_path, {}, 1.0)
    ended = Server(unused, container, tmp_path, lambda *_: None, "endpoint/variant", "i-1")
    ended._connections = Connections(free_port(), 1)
    ended._ready = True
    return ended


def test_a_server_that_nobody_listens_at_is_taken_no_more(server: Server) -> None:
    assert server.try_take()
    with pytest.raises(ConnectionRefusedError):
        server.invoke(b"", {})
    assert not server.try_take()


def test_a_server_that_was_started_again_meanwhile_is_taken(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse_after_a_restart(*_: object) -> None:
        server._connections = Connections(free_port(), 1)
        raise ConnectionRefusedError

    monkeypatch.setattr(server._connections, "post", refuse_after_a_restart)
    with pytest.raises(ConnectionRefusedError):
        server.invoke(b"", {})
    assert server.try_take()
