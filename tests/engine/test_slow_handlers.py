"""A slow handler stalls nobody: two hundred calls that wait, and a simple one that does not."""

from __future__ import annotations

import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from slipway import local
from tests.benchmarks.call import GET_CALLER_IDENTITY, GET_PARAMETER, LIST_PIPELINES, SmallCall, sender
from tests.benchmarks.load import request

pytestmark = pytest.mark.specification("docs.aws.amazon.com/general/latest/gr/codecommit.html")

SLOW_CALLS = 200
LIST_REPOSITORIES = SmallCall("codecommit", "application/x-amz-json-1.1", b"{}", "CodeCommit_20150413.ListRepositories")
# An engine whose ListRepositories waits until there is a file.
WITH_A_SLOW_HANDLER = """
import dataclasses, sys, time
from pathlib import Path
from slipway.engine import server
from slipway.engine.services.codecommit import SERVICE

def wait(call):
    while not Path(sys.argv[1]).exists():
        time.sleep(0.05)
    return {"repositories": []}

declared = SERVICE.operations["ListRepositories"]
SERVICE.operations["ListRepositories"] = dataclasses.replace(declared, handler=wait)
sys.exit(server.main(sys.argv[2:]))
"""


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """The file that the slow handler waits for."""
    return tmp_path / "release"


@pytest.fixture
def slow(tmp_path: Path, release: Path) -> Iterator[local.LocalEngine]:
    """An engine with a slow handler."""
    home, port = tmp_path / ".slipway", local.free_port()
    script = [sys.executable, "-c", WITH_A_SLOW_HANDLER, str(release), str(home), "--port", str(port)]
    with subprocess.Popen(script) as process:
        try:
            while (engine := local.find(home)) is None:
                assert process.poll() is None, "the engine did not start"
                time.sleep(0.05)
            yield engine
        finally:
            release.touch()
            process.terminate()


def answered(connections: list[socket.socket], within: float) -> int:
    return len(select.select(connections, [], [], within)[0])


def test_two_hundred_slow_calls_stall_no_other(slow: local.LocalEngine, release: Path) -> None:
    slow.client("ssm").put_parameter(Name="parameter", Value="value", Type="String")
    waiting = [socket.create_connection(("127.0.0.1", slow.port)) for _ in range(SLOW_CALLS)]
    sent = request(slow, LIST_REPOSITORIES)
    for connection in waiting:
        connection.sendall(sent)
    for call in (GET_CALLER_IDENTITY, LIST_PIPELINES, GET_PARAMETER):
        sender(slow, call)()
    assert answered(waiting, 0) == 0
    release.touch()
    for connection in waiting:
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
        connection.close()
