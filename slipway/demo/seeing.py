"""A run seen through its approval to production, and what is kept of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from slipway import approval, follow, report, runs
from slipway.errors import SlipwayError
from slipway.install import Install
from slipway.runs import Run

_START_SECONDS = 60.0
_KEPT = ("reused", "metric", "metrics", "championMetrics", "modelPackageArn")


@dataclass(frozen=True)
class Eye:
    """Sees runs through; approves them, or leaves that to the person."""

    install: Install
    console: Console
    home: Path
    wait_for_person: bool

    def newest(self, after: str = "") -> str:
        """The id of the newest run, waiting for one that is not `after`."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            found = runs.history(self.install, 1)
            if found and found[0].id != after:
                return found[0].id
            time.sleep(0.1)
        raise SlipwayError(
            f"no pipeline run started within {_START_SECONDS:.0f} s; `slipway status` and `slipway runs` show what did"
        )

    def through(self, run_id: str) -> Run:
        """Follow a run through its approval to production; RunFailed otherwise."""
        watcher = follow.Watcher(self.install, run_id, self.console, follow.is_live(self.console))
        run = watcher.until(follow.waits_for_approval)
        if follow.waits_for_approval(run):
            self._approve(run)
            run = watcher.until(lambda run: run.done)
        follow.check(self.install, run)
        return run

    def _approve(self, run: Run) -> None:
        evaluation = report.of(self.install, run)
        self.console.print(evaluation.table())
        page = report.download(self.install, evaluation, self.home / "reports" / f"{run.id[:8]}.html")
        gate = approval.waiting(self.install)
        self._line(f"  {gate.message}\n  report: {page}")
        if self.wait_for_person:
            where = f"--home {self.home} --stack {self.install.stack}"
            self._line(f"  waits for you, in another terminal: slipway approve {where}   (or reject)")
            return
        approval.answer(self.install, "Approved", "approved by the demo")
        self._line("  approved by the demo")

    def _line(self, text: str) -> None:
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)


def outcome(install: Install, run: Run) -> dict[str, Any]:
    """What of a run's evaluation the demo keeps."""
    found = report.of(install, run).outcome
    return {name: found.get(name) for name in _KEPT}
