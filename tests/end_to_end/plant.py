"""The bundle, installed on an engine of its own, for tests that break things.

Its Build leaves out the bundle's own checks and unit tests, which `make check` and `make test` run anyway.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from slipway import install, launch, local, package, runs, seed
from slipway.install import Install
from slipway.launch import Dialogue
from slipway.runs import Action, Run
from slipway.target import Target

ROOT = Path(__file__).parents[2]
STACK = "plant"
CLOCK_FACTOR = 60.0
# Many times what a quiet machine takes for anything: this one may be slow, and others may work on it.
PATIENCE_SECONDS = 600.0
_CHECKED = "bundle: check-configuration tested image package execution"
_UNCHECKED = "bundle: check-configuration image package execution"
_T = TypeVar("_T")


class Plant:
    """An install and the engine that it runs on, which may be killed and started again on the same home and port."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.engine = local.start(home, port=local.free_port(), clock_factor=CLOCK_FACTOR)
        self._clients: dict[str, Any] = {}

    @property
    def target(self) -> Target:
        return Target(self.engine.session(), self.engine, self._clients)

    @property
    def installed(self) -> Install:
        return install.find(self.target, STACK)

    def client(self, service: str) -> Any:
        return self.target.client(service)

    def launch(self, replaced: Mapping[str, bytes] | None = None, parameters: Mapping[str, str] | None = None) -> None:
        """Launch the repository's bundle, with some contents replaced; its first run begins."""
        bundle = seed.make(ROOT, {"Makefile": makefile(), **(replaced or {})})
        uploaded = package.package(self.target, ROOT, bundle)
        launch.launch(
            self.target, STACK, uploaded, parameters or {}, Dialogue(say=lambda _: None, event=lambda _: None)
        )

    def kill(self) -> None:
        """End the engine as a power cut does."""
        os.kill(self.engine.pid, signal.SIGKILL)
        eventually(lambda: not local.is_running(self.engine.pid), "the killed engine is gone")

    def revive(self) -> None:
        """Start the engine again where it was."""
        self.engine = local.start(self.home, port=self.engine.port, clock_factor=CLOCK_FACTOR)

    def newest(self) -> str:
        """The id of the newest run, once there is one."""
        return eventually(lambda: runs.history(self.installed, 1), "a run has started")[0].id

    def run(self, run_id: str) -> Run:
        return runs.get(self.installed, run_id)

    def reached(self, run_id: str, stage: str, action: str) -> Action:
        """An action of a run, once it is under way."""

        def under_way() -> Action | None:
            run = self.run(run_id)
            found = run.action(stage, action)
            assert not run.done, f"{run_id} ended before {stage}/{action}: {problems(run)}"
            return found if found is not None and found.status == "InProgress" else None

        return eventually(under_way, f"{stage}/{action} of {run_id} is under way")

    def ended(self, run_id: str) -> Run:
        """A run, once it is over."""
        installed = self.installed  # asked once: what every look asks is a good part of an engine's work

        def over() -> Run | None:
            run = runs.get(installed, run_id)
            return run if run.done else None

        return eventually(over, f"{run_id} is over")

    def retry(self, run_id: str, stage: str) -> None:
        """What `slipway retry STAGE` does."""
        self.client("codepipeline").retry_stage_execution(
            pipelineName=STACK, stageName=stage, pipelineExecutionId=run_id, retryMode="FAILED_ACTIONS"
        )


def makefile() -> bytes:
    """The Makefile whose `bundle` checks the configuration only."""
    text = (ROOT / "Makefile").read_text()
    assert _CHECKED in text, "the Makefile's target bundle has changed; say here what of it these tests need"
    return text.replace(_CHECKED, _UNCHECKED).encode()


def problems(run: Run) -> list[tuple[str, str, str]]:
    """Stage, action and error of what failed."""
    return [(action.stage, action.name, action.error) for action in run.actions if action.status == "Failed"]


def eventually(look: Callable[[], _T | None], what: str, seconds: float = PATIENCE_SECONDS) -> _T:
    """What `look` finds, as soon as it finds something; the longer it takes, the seldomer it looks: looks cost, too."""
    begun = time.monotonic()
    while True:
        found = look()
        if found:
            return found
        waited = time.monotonic() - begun
        assert waited < seconds, f"not within {seconds:.0f} s: {what}"
        time.sleep(min(0.5, 0.05 + waited / 40))
