"""Starting, finding and stopping the local engine, as a process of its own."""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from configparser import ConfigParser
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.errors import BadInput, ExitCode, SlipwayError

if TYPE_CHECKING:
    import boto3
    from botocore.loaders import Loader

    from slipway.engine.settings import EngineSettings

HOME = Path(".slipway")
PORT = 4566
REGION = "us-east-1"
_READY_SECONDS = 60.0
_STOP_SECONDS = 4.0
# A body of megabytes goes back to the machine when it is freed; glibc would keep it, for each thread that had one.
# https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html
_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(1024 * 1024)}
# What is in the folder also when no engine ever ran there: pages of reports, and why one did not start.
_BEFORE = {"reports", "engine.log"}


class EngineFailed(SlipwayError):
    """The engine did not start, or is not there; the text says what to do."""

    exit_code = ExitCode.NO_TARGET


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
    strict: bool = False

    def keys(self) -> tuple[str, str]:
        """Access key id and secret access key of the person at the keyboard."""
        config = ConfigParser()
        config.read(self.home / "credentials")
        section = config["default"]
        return section["aws_access_key_id"], section["aws_secret_access_key"]

    def session(self) -> boto3.Session:
        """A boto3 session with the person's key."""
        # Not needed by git's credential helper, which every push waits for.
        import boto3
        from botocore.session import Session

        key, secret = self.keys()
        # AWS_PROFILE is about AWS; an unknown one would be an error even here.
        core = Session(session_vars={"profile": (None, [], None, None)})
        core.register_component("data_loader", models())
        return boto3.Session(key, secret, region_name=self.region, botocore_session=core)

    def client(self, service: str) -> Any:
        """A boto3 client as the person at the keyboard."""
        from botocore.config import Config

        config = Config(retries={"total_max_attempts": 2}, s3={"addressing_style": "path"})
        return self.session().client(service, endpoint_url=self.url, config=config)

    def stop(self) -> None:
        """End the engine and everything that it started; waits until the process is gone, and kills it after 4 s."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while is_running(self.pid):
            if time.monotonic() > deadline:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGKILL)
            time.sleep(0.02)


@cache
def models() -> Loader:
    """Botocore's models of the services, read once for all sessions: that is nine tenths of the making of a client."""
    from botocore.loaders import create_loader

    return create_loader()


def is_running(pid: int) -> bool:
    """Whether the process lives; a zombie does not, though its parent may take seconds to notice.

    One with threads left (`l`) does: until the last of them has ended, it holds its port and its files.
    """
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    state = _ps("stat", pid)
    return "l" in state if state.startswith("Z") else True


def resident_megabytes(pid: int) -> int:
    """Resident memory of one process, without its children."""
    return int(_ps("rss", pid) or 0) // 1024


def _ps(column: str, pid: int) -> str:
    told = subprocess.run(
        ["ps", "-ww", "-o", f"{column}=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return told.stdout.strip()


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find(home: Path = HOME) -> LocalEngine | None:
    """The engine that runs on this home, or None.

    A process that has got the number of an engine which was killed is not taken for it.
    """
    try:
        facts = json.loads((home / "engine.json").read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError as error:
        raise EngineFailed(
            f"{home / 'engine.json'} is damaged ({error}); `slipway down --home {home}` clears up"
        ) from error
    if not is_running(facts["pid"]) or f"--port {facts['port']}" not in _ps("args", facts["pid"]):
        return None
    return LocalEngine(
        home.resolve(),
        facts["pid"],
        facts["url"],
        facts["port"],
        facts["region"],
        facts["account"],
        facts["clockFactor"],
        facts.get("strict", False),
    )


def start(
    home: Path = HOME,
    *,
    port: int | None = None,
    region: str | None = None,
    clock_factor: float | None = None,
    strict: bool | None = None,
) -> LocalEngine:
    """Start the engine, or return the one that runs on this home.

    A `strict` engine refuses templates with properties that have no effect here, instead of warning about them. What is
    not asked for is as when an engine last ran on this home. EngineFailed says why it did not start; BadInput, which of
    the wishes the running one does not meet, or that the folder is somebody else's.
    """
    from slipway.engine.settings import EngineSettings

    wishes: dict[str, Any] = {"port": port, "region": region, "clock_factor": clock_factor, "strict": strict}
    wishes = {name: wish for name, wish in wishes.items() if wish is not None}
    running = find(home)
    if running is not None:
        _check_wishes(running, wishes)
        return running
    kept = _settings_of(home)
    chosen = replace(kept or EngineSettings(PORT, REGION, 1.0, strict=False), **wishes)
    _check_region(chosen.region, kept)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / "engine.json").unlink(missing_ok=True)
    return _start(home, chosen)


def found_or_started(home: Path, clock_factor: float) -> LocalEngine:
    """The engine that runs on this home, or one started there: a new one on a free port and with this clock."""
    from slipway.engine import settings

    # One that ran here before goes on as it was: what it made names its port.
    if find(home) is not None or settings.is_there(home):
        return start(home)
    return start(home, port=free_port(), clock_factor=clock_factor)


def _settings_of(home: Path) -> EngineSettings | None:
    """How an engine last ran on this home; BadInput when it is no folder for one."""
    from slipway.engine import settings

    if home.exists() and not home.is_dir():
        raise BadInput(f"--home {home} is a file; expected a folder, which may be new")
    try:
        kept = settings.read(home)
    except ValueError as error:
        raise EngineFailed(f"{error}; `slipway down --home {home}` clears up") from error
    others = {found.name for found in home.iterdir()} - _BEFORE if home.exists() and kept is None else set()
    if others:
        raise BadInput(
            f"--home {home} holds what is no engine's ({', '.join(sorted(others)[:3])}); expected a new or empty"
            " folder, since `slipway down` removes all of it"
        )
    return kept


def _check_region(region: str, kept: EngineSettings | None) -> None:
    if kept is not None and region != kept.region:
        raise BadInput(
            f"what is in this folder is in region {kept.region}, not {region}; `slipway down` removes it, another"
            " --home leaves it alone"
        )
    if kept is None and region != REGION:
        from botocore.session import Session

        known = Session().get_available_regions("cloudformation")
        if region not in known:
            close = difflib.get_close_matches(region, known, 1)
            hint = f"; did you mean {close[0]}?" if close else f": {', '.join(known)}"
            raise BadInput(f"--region {region}: expected a region of AWS{hint}")


def _start(home: Path, chosen: EngineSettings) -> LocalEngine:
    log = home / "engine.log"
    command = [sys.executable, "-P", "-m", "slipway.engine.server", str(home), *chosen.arguments()]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env={**_MEMORY, **os.environ},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return _ready(home, process, log)


def _check_wishes(running: LocalEngine, wishes: dict[str, Any]) -> None:
    for name, wish in wishes.items():
        is_so = getattr(running, name)
        if wish != is_so:
            raise BadInput(
                f"an engine already runs on {running.home} with {name.replace('_', ' ')} {is_so}, not {wish};"
                " `slipway down` ends it and removes what it kept"
            )


def _ready(home: Path, process: subprocess.Popen[bytes], log: Path) -> LocalEngine:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        running = find(home)
        if running is not None:
            return running
        if process.poll() is not None:
            tail = log.read_text(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
            raise EngineFailed(f"the engine did not start: {tail[0]} (log: {log})")
        time.sleep(0.02)
    process.kill()
    raise EngineFailed(f"the engine was not ready after {_READY_SECONDS:.0f} s (log: {log})")


def remove(home: Path = HOME) -> bool:
    """Stop the engine of this home and remove all that it kept; False when there is nothing.

    What an engine that was killed left running is ended too. BadInput for a folder that is no engine's.
    """
    from slipway.engine import settings

    if not home.exists():
        return False
    if not settings.is_there(home):
        raise BadInput(f"{home} is no engine's folder ({settings.FILE} is not in it); nothing was removed")
    with contextlib.suppress(EngineFailed):  # a damaged engine.json is removed with the rest
        running = find(home)
        if running is not None:
            running.stop()
    _end_leftovers(home)
    shutil.rmtree(home)
    return True


def _end_leftovers(home: Path) -> None:
    from slipway.engine.processes import Processes

    Processes(home / "processes").end_leftovers()
