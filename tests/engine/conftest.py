"""A real engine for tests, on a free port, in a folder of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slipway import local
from tests.engine.conformance import unmarked
from tests.engine.names import Names
from tests.engine.stacks import Stacks


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test of AWS's behaviour names the page that the behaviour comes from."""
    without = unmarked(items)
    if without:
        raise pytest.UsageError(f"no pytest.mark.specification(page): {', '.join(without[:5])}")


class RunningEngine:
    """An engine process and the person's clients."""

    def __init__(self, engine: local.LocalEngine, names: Names | None = None) -> None:
        self.engine = engine
        self.names = names
        self.url = engine.url
        self.home = engine.home
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """A boto3 client as the person at the keyboard; made once, since making one takes a second."""
        if service not in self._clients:
            self._clients[service] = self.engine.client(service)
            if self.names is not None:
                self.names.watch(self._clients[service])
        return self._clients[service]


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """One engine for the whole test session, with a clock that runs sixty times as fast."""
    base = tmp_path_factory.getbasetemp()
    # Each worker of pytest-xdist has a folder of its own in the one of the run.
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    started = start(tmp_path_factory.mktemp("engine") / ".slipway", names=Names(run / "names"))
    yield started
    started.engine.stop()


@pytest.fixture
def stacks(engine: RunningEngine) -> Iterator[Stacks]:
    """Stacks of one test."""
    made = Stacks(engine)
    yield made
    made.clean()


def start(home: Path, clock_factor: float = 60.0, names: Names | None = None) -> RunningEngine:
    """Start an engine on a free port, which refuses what would have no effect; `names` when several files share it."""
    return RunningEngine(local.start(home, port=local.free_port(), clock_factor=clock_factor, strict=True), names)
