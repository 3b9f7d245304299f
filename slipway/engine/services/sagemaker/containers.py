"""The containers of one job: one process per instance, started together, ended together.

A container is a plain process under its image's root file system; what it knows as /opt/ml is the folder in its
SAGEMAKER_BASE_DIR, and a path below /opt/ml in its command line is rewritten to that folder.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.engine.processes import exit_code
from slipway.engine.services.sagemaker.failures import EngineStopping

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.processes import Child

OPT_ML = "/opt/ml"
STOP_SECONDS = 120
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Container:
    """One instance's process: `base` stands for its /opt/ml."""

    host: str
    base: Path
    argv: list[str]
    env: Mapping[str, str]
    cwd: Path
    log: Callable[[str], None]


@dataclass
class Outcome:
    """How the containers ended. `failed` is the host whose exit code was not 0, or was killed with the others."""

    exit_code: int = 0
    failed: str = ""
    timed_out: bool = False
    stopped: bool = False


def below_base(argument: str, base: Path) -> str:
    """An argument whose path is /opt/ml or below it, as the path that stands for it."""
    if argument == OPT_ML or argument.startswith(f"{OPT_ML}/"):
        return str(base) + argument[len(OPT_ML) :]
    return argument


def hosts(count: int) -> list[str]:
    """`algo-1`, `algo-2`, …: the names that SageMaker gives a job's instances."""
    return [f"algo-{number}" for number in range(1, count + 1)]


@dataclass
class Containers:
    """Runs the containers of one job until they end, one fails, time is up, or somebody stops them."""

    engine: Engine
    name: str
    _stop: threading.Event = field(default_factory=threading.Event)
    _children: dict[str, Child] = field(default_factory=dict)

    def request_stop(self) -> None:
        """Ask for the end: SIGTERM now, SIGKILL 120 s later. Also before the containers were started.

        docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html
        """
        self._stop.set()

    @property
    def stop_requested(self) -> bool:
        """Whether somebody asked for the end."""
        return self._stop.is_set()

    def pause(self, seconds: float) -> bool:
        """Wait for real seconds, or until somebody asks for the end; whether somebody did. EngineStopping."""
        if self.engine.stopping.is_set():
            raise EngineStopping
        return self._stop.wait(seconds)

    def run(self, containers: list[Container], max_seconds: float) -> Outcome:
        """Start all, wait, and leave no process behind. `max_seconds` is real time: the work is real too."""
        deadline = time.monotonic() + max_seconds
        try:
            for container in containers:
                self._start(container)
            return self._wait(deadline)
        finally:
            self._end(0.0)

    def _start(self, container: Container) -> None:
        self._children[container.host] = self.engine.processes.start(
            container.argv,
            env=container.env,
            cwd=container.cwd,
            name=f"{self.name}/{container.host}",
            log=container.log,
        )

    def _wait(self, deadline: float) -> Outcome:
        while True:
            codes = {host: child.returncode for host, child in self._children.items()}
            if self.engine.stopping.is_set():
                raise EngineStopping
            bad = next(((host, code) for host, code in codes.items() if code), None)
            if bad is not None and not self._stop.is_set():
                return Outcome(exit_code=exit_code(bad[1]), failed=bad[0])
            if all(code is not None for code in codes.values()):
                self._drain_logs()
                return Outcome(stopped=self._stop.is_set())
            if self._stop.is_set() or time.monotonic() >= deadline:
                self._end(self.engine.clock.limit(STOP_SECONDS))
                return Outcome(stopped=self._stop.is_set(), timed_out=not self._stop.is_set())
            self._stop.wait(_POLL_SECONDS)

    def _drain_logs(self) -> None:
        for child in self._children.values():
            child.wait()

    def _end(self, grace: float) -> None:
        running = [child for child in self._children.values() if child.returncode is None]
        enders = [threading.Thread(target=child.stop, args=(grace,)) for child in running]
        for ender in enders:
            ender.start()
        for ender in enders:
            ender.join()
        self._reap()

    def _reap(self) -> None:
        for child in self._children.values():
            try:
                child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                continue
