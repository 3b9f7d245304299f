"""The names of a job's instances resolve in the Python of its containers, and nothing else changes there."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from slipway.engine.services.sagemaker import peers

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html"
)


def ran(program: str, hosts: tuple[str, ...] = ("algo-1", "algo-2"), **variables: str) -> str:
    """What a program says in a container with these peers."""
    env = peers.environment(hosts, {"PATH": os.environ["PATH"], **variables})
    made = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
    return (made.stdout or made.stderr.strip().rpartition("\n")[2]).strip()


@pytest.mark.parametrize(
    "look_up",
    [
        "socket.gethostbyname('algo-2')",
        "socket.gethostbyname_ex('algo-2')[2][0]",
        "socket.getaddrinfo('algo-2', 80)[0][4][0]",
        "socket.getaddrinfo(b'algo-2', 80)[0][4][0]",
    ],
)
def test_a_peers_name_is_this_machine(look_up: str) -> None:
    assert ran(f"import socket; print({look_up})") == "127.0.0.1"


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_a_socket_itself_is_given_a_name(method: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        program = f"import socket; s = socket.socket(); print(s.{method}(('algo-2', {port})), s.getpeername()[0])"
        assert ran(program) in {"None 127.0.0.1", "0 127.0.0.1"}


def test_a_name_that_is_no_peers_is_looked_up_as_ever() -> None:
    assert ran("import socket; print(socket.gethostbyname('127.0.0.5'))") == "127.0.0.5"
    assert "gaierror" in ran("import socket; socket.gethostbyname('algo-3.invalid')")


def test_a_job_of_one_instance_is_left_alone() -> None:
    assert peers.environment(["algo-1"], {"A": "b"}) == {"A": "b"}
    assert "gaierror" in ran("import socket; socket.gethostbyname('algo-1')", hosts=("algo-1",))


def test_the_images_own_start_up_code_and_path_still_count(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import builtins; builtins.GREETING = 'from the image'")
    assert ran("print(GREETING)", PYTHONPATH=str(tmp_path)) == "from the image"
    said = ran("import sys; print(sys.path[1])", PYTHONPATH=str(tmp_path))
    assert said == str(tmp_path)
