"""Processes of jobs, builds, functions and endpoints that a rule has killed when they have reached an age."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slipway.engine.faults.rules import Hit, Rules
    from slipway.engine.processes import Child


class Killer:
    """Looks at every process that is started."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def started(self, name: str, child: Child) -> None:
        """Kill the process later, if a rule says so."""
        hit = self._rules.of_job("kill", name)
        if hit is not None:
            timer = threading.Timer(hit.rule.seconds, self._kill, (hit, name, child))
            timer.daemon = True
            timer.start()

    def _kill(self, hit: Hit, name: str, child: Child) -> None:
        if child.returncode is not None:
            self._rules.missed(hit)
            return
        self._rules.note(hit, name)
        child.kill()
