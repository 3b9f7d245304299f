"""The fuzz: one input after the other, of four kinds by turns, until the time is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from slipway import local
from slipway.install import Install
from slipway.local import LocalEngine
from tests.end_to_end.workshop import customer
from tests.soak.fuzz.calls import Answered, Calls
from tests.soak.fuzz.drops import Drops
from tests.soak.fuzz.findings import Finding, Outcome
from tests.soak.fuzz.message import Message
from tests.soak.fuzz.predictions import Predictions
from tests.soak.fuzz.raw import Raw
from tests.soak.fuzz.watch import Watch

# A turn is one of each kind; of calls there are more, since there are hundreds of operations.
_CALLS = 8
# After how many turns the logs of programs are read.
_PROGRAMS = 200
# A run that finds so much is over.
_MOST = 200


class EngineDied(Exception):
    """There is nothing left to fuzz."""


class Fuzz:
    """An install under odd requests."""

    def __init__(
        self, engine: LocalEngine, install: Install, folder: Path, seed: str, say: Callable[[str], None]
    ) -> None:
        self._engine = engine
        self._say = say
        self._calls = Calls(engine, _random(seed, "calls"))
        self._raw = Raw(engine, Calls(engine, _random(seed, "raw calls")), _random(seed, "raw"))
        self._predictions = Predictions(engine, install, customer(), _random(seed, "predictions"))
        self._drops = Drops(folder, _random(seed, "drops"))
        self._watch = Watch(engine, install.target.client("logs"))
        self._turn = 0
        self.outcome = Outcome()

    def run(self, seconds: float) -> str:
        """Go on for so long; the figures in one line."""
        engine = self._engine.pid
        before, began = local.resident_megabytes(engine), time.monotonic()
        for made in self._calls.begin():
            self._called(*made)
        while (spent := time.monotonic() - began) < seconds and len(self.outcome.findings) < _MOST:
            self._turn += 1
            self._one_turn()
            if self._turn % _PROGRAMS == 0:
                self._programs()
                self._say(f"{spent:.0f} s: turn {self._turn}, findings: {len(self.outcome.findings)}")
        self._programs()
        after = local.resident_megabytes(engine)
        return self.outcome.line(time.monotonic() - began, len(self._calls.operations), (before, after))

    def _one_turn(self) -> None:
        for _ in range(_CALLS):
            self._called(*self._calls.call())
        self._count("raw requests", *self._raw.call())
        prediction, answered = self._predictions.call()
        self._count("predictions", str(prediction), answered)
        self._offline("configurations", *self._drops.configuration())
        self._offline("drops", *self._drops.data())

    def _called(self, operation: tuple[str, str], message: Message, answered: Answered) -> None:
        self.outcome.operations.add(operation)
        if 200 <= answered.status < 300:
            self.outcome.succeeded.add(operation)
        self._count("calls", f"{'.'.join(operation)}: {message}", answered)

    def _count(self, kind: str, sent: str, answered: Answered) -> None:
        self.outcome.requests[kind] += 1
        self.outcome.answered(answered.status)
        what = "\n".join(filter(None, (answered.problem, *self._watch.of_engine())))
        if answered.status == 0 and not local.is_running(self._engine.pid):
            raise EngineDied(f"by turn {self._turn}, {kind}: {sent}")
        if what:
            self._found(kind, what, sent)

    def _offline(self, kind: str, sent: str, problem: str) -> None:
        self.outcome.requests[kind] += 1
        if problem:
            self._found(kind, problem, sent)

    def _programs(self) -> None:
        for what in self._watch.of_programs():
            self._found("programs", what, "see the turns before")

    def _found(self, kind: str, what: str, sent: str) -> None:
        finding = Finding(self._turn, kind, what, sent)
        if self.outcome.found(finding):
            self._say(str(finding))


def _random(seed: str, kind: str) -> Random:
    """A choice of its own for each kind, so that one more choice of one changes no other."""
    return Random(f"{seed} {kind}")  # noqa: S311 - inputs, no secrets
