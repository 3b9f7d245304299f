"""A run of the bundle whose engine is killed at random moments.

After each kill: the port is free, the next engine ends every process of the killed one, whatever was acknowledged is
there, and the run goes on or has failed by name and is retried. In the end it is in production.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from slipway import api, approval, follow, picture
from slipway.runs import Run
from tests.end_to_end.plant import STACK, Plant, eventually, problems
from tests.soak.entries import NAMED, SOAK
from tests.soak.ledger import Ledger

# A kill is in one of these, whatever each takes; Source is over in a moment.
STAGES = ("Build", "Train", "Test", "Production")
# How long after an action of the stage was first seen.
_LONGEST_STAY_SECONDS = 4.0
_RUN_SECONDS = 300.0


@dataclass
class Outcome:
    """What happened."""

    kills: int = 0
    retries: int = 0
    runs: int = 0
    entries: int = 0
    errors: list[str] = field(default_factory=list)


class Soak:
    """One install under fire."""

    def __init__(self, plant: Plant, random: Random, say: Callable[[str], None]) -> None:
        self._plant = plant
        self._random = random
        self._say = say
        self._ledger = Ledger(plant.client, plant.home)
        self.outcome = Outcome()

    def run(self, kills: int) -> Outcome:
        """Kill the engine that often, then let the run come to its end."""
        self._ledger.open()
        for number in range(1, kills + 1):
            self._ledger.begin()
            began = time.monotonic()
            self._until_in(self._random.choice(STAGES))
            self._live(self._random.uniform(0.0, _LONGEST_STAY_SECONDS))
            life = time.monotonic() - began
            where = self._where()
            self._kill()
            self.outcome.kills += 1
            self.outcome.entries = self._ledger.check()
            self._say(
                f"{number}/{kills}: killed after {life:.1f} s in {where}; {self.outcome.entries} entries are there"
            )
        self._until_production()
        return self.outcome

    def _until_in(self, stage: str) -> None:
        """Let runs go on until one is in a stage."""

        def there() -> bool:
            actions = self._attend().actions
            return any(action.stage == stage and action.status == "InProgress" for action in actions)

        eventually(there, f"a run is in {stage}", _RUN_SECONDS)

    def _live(self, seconds: float) -> None:
        """Let the run go on, and do what a person would."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._attend()
            time.sleep(min(0.3, max(0.0, deadline - time.monotonic())))

    def _attend(self) -> Run:
        """Approve what waits, retry what failed, start again what has succeeded."""
        run = self._plant.run(self._plant.newest())
        if run.status == "Succeeded":
            self.outcome.runs += 1
            self._plant.client("codepipeline").start_pipeline_execution(name=STACK)
        elif run.status == "Failed":
            self._retry(run)
        elif follow.waits_for_approval(run):
            approval.answer(self._plant.installed, "Approved", "by the soak test")
        return run

    def _retry(self, run: Run) -> None:
        failed = [action for action in run.actions if action == run.action(action.stage, action.name)]
        failed = [action for action in failed if action.status == "Failed"]
        ended = [action for action in failed if NAMED.search(action.error)]
        # An action that ran beside one that the engine's end failed may have failed because of it, and says so.
        places = [f"{action.stage}/{action.name}" for action in ended]
        others = [action for action in failed if action not in ended and not any(at in action.error for at in places)]
        assert ended and not others, f"failed of something else: {problems(run)}"
        self.outcome.errors.extend(
            f"{action.stage}/{action.name}: {picture.first_line(action.error)}" for action in failed
        )
        self._plant.retry(run.id, ended[0].stage)
        self.outcome.retries += 1

    def _where(self) -> str:
        run = self._plant.run(self._plant.newest())
        going_on = [f"{action.stage}/{action.name}" for action in run.actions if action.status == "InProgress"]
        return ", ".join(going_on) or run.status

    def _kill(self) -> None:
        self._plant.kill()
        self._ledger.end()
        before = set(children(self._plant.home))
        with socket.socket() as port:
            port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            port.bind(("127.0.0.1", self._plant.engine.port))
        self._plant.revive()
        left = before & set(children(self._plant.home))
        assert not left, f"processes of the killed engine still run: {left}"

    def _until_production(self) -> None:
        def settled() -> bool:
            return self._attend().status == "Succeeded"

        eventually(settled, "the run is in production", _RUN_SECONDS)
        eventually(self._ledger.is_settled, "all that was begun beside it has ended", _RUN_SECONDS)
        pages = self._plant.client("cloudformation").get_paginator("describe_stacks").paginate()
        stacks = [stack for page in pages for stack in page["Stacks"] if not stack["StackName"].startswith(SOAK)]
        statuses = {stack["StackName"]: stack["StackStatus"] for stack in stacks}
        assert set(statuses.values()) <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}, statuses
        endpoints = self._plant.client("sagemaker").list_endpoints()["Endpoints"]
        assert {found["EndpointStatus"] for found in endpoints} == {"InService"}, endpoints
        answer = api.of(self._plant.installed, "production").call({"no such column": 1})
        assert answer.status == 400, answer


def children(home: Path) -> list[int]:
    """The processes whose environment, command line or folder is below this home."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
            told += str((process / "cwd").readlink()).encode()
        except OSError:
            continue
        if str(home).encode() in told and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found
