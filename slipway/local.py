"""Starting, finding and stopping the local engine, as a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from slipway.errors import SlipwayError

HOME = Path(".slipway")
PORT = 4566
_READY_SECONDS = 30.0
_STOP_SECONDS = 15.0


class EngineFailed(SlipwayError):
    """The engine did not start, or is not there; the text says what to do."""

    exit_code = 3


@dataclass(frozen=True)
class LocalEngine:
    """A running engine."""

    home: Path
    pid: int
    url: str
    port: int
    region: str
    account: str
    clock_factor: float

    def session(self) -> boto3.Session:
        """A boto3 session with the person's key."""
        config = ConfigParser()
        config.read(self.home / "credentials")
        section = config["default"]
        return boto3.Session(
            aws_access_key_id=section["aws_access_key_id"],
            aws_secret_access_key=section["aws_secret_access_key"],
            region_name=self.region,
        )

    def client(self, service: str) -> Any:
        """A boto3 client as the person at the keyboard."""
        config = Config(retries={"total_max_attempts": 2}, s3={"addressing_style": "path"})
        return self.session().client(service, endpoint_url=self.url, config=config)

    def stop(self) -> None:
        """End the engine and everything that it started; waits until the process is gone."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while is_running(self.pid):
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
            time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether the process lives; a zombie does not, though its parent may take seconds to notice."""
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not _ps("stat", pid).startswith("Z")


def resident_megabytes(pid: int) -> int:
    """Resident memory of one process, without its children."""
    return int(_ps("rss", pid) or 0) // 1024


def _ps(column: str, pid: int) -> str:
    told = subprocess.run(["ps", "-o", f"{column}=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.strip()


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find(home: Path = HOME) -> LocalEngine | None:
    """The engine that runs on this home, or None."""
    path = home / "engine.json"
    if not path.exists():
        return None
    facts = json.loads(path.read_text())
    if not is_running(facts["pid"]):
        return None
    return LocalEngine(
        home.resolve(),
        facts["pid"],
        facts["url"],
        facts["port"],
        facts["region"],
        facts["account"],
        facts["clockFactor"],
    )


def start(home: Path = HOME, *, port: int = PORT, region: str = "us-east-1", clock_factor: float = 1.0) -> LocalEngine:
    """Start the engine, or return the one that runs on this home; EngineFailed says why not."""
    running = find(home)
    if running is not None:
        return running
    home.mkdir(parents=True, exist_ok=True)
    (home / "engine.json").unlink(missing_ok=True)
    log = home / "engine.log"
    command = [sys.executable, "-m", "slipway.engine.server", str(home), "--port", str(port)]
    command += ["--region", region, "--clock-factor", str(clock_factor)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        running = find(home)
        if running is not None:
            return running
        if process.poll() is not None:
            tail = log.read_text(errors="replace").strip().splitlines()[-1:] or ["no output"]
            raise EngineFailed(f"the engine did not start: {tail[0]} (log: {log})")
        time.sleep(0.02)
    process.kill()
    raise EngineFailed(f"the engine was not ready after {_READY_SECONDS:.0f} s (log: {log})")


def remove(home: Path = HOME) -> None:
    """Stop the engine of this home and remove all that it kept."""
    running = find(home)
    if running is not None:
        running.stop()
    shutil.rmtree(home, ignore_errors=True)
