"""A container whose instances talk: the first gathers what the others send it over TCP, all by their names."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path

BASE = Path(os.environ["SAGEMAKER_BASE_DIR"])
_SECONDS = 30


def connected(host: str, port: int) -> socket.socket:
    """A connection, once somebody listens; the address is given to the socket itself."""
    deadline = time.monotonic() + _SECONDS
    while True:
        made = socket.socket()
        try:
            made.connect((host, port))
        except ConnectionRefusedError:
            made.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return made


def main() -> None:
    """Send or gather."""
    config = BASE / "input" / "config"
    resources = json.loads((config / "resourceconfig.json").read_text())
    port = int(json.loads((config / "hyperparameters.json").read_text())["port"])
    first, *others = sorted(resources["hosts"])
    if resources["current_host"] != first:
        with connected(first, port) as peer:
            peer.sendall(json.dumps({"from": resources["current_host"]}).encode())
        return
    names = {host: socket.gethostbyname(host) for host in resources["hosts"]}
    found = {host: socket.getaddrinfo(host, port, socket.AF_INET)[0][4][0] for host in resources["hosts"]}
    with socket.create_server((first, port)) as server:
        said = []
        for _ in others:
            peer, _ = server.accept()
            with peer:
                said.append(json.loads(peer.recv(1000)))
    (BASE / "model" / "talk.json").write_text(json.dumps({"names": names, "found": found, "said": said}))


main()
