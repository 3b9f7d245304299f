"""The engines that several end-to-end files share: a real demo with a second install beside it; a plant to break."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from slipway import install, local
from slipway.demo import STACK
from slipway.target import Target
from tests.end_to_end.plant import Plant
from tests.end_to_end.planted import in_the_shell
from tests.end_to_end.second import Second, install_second
from tests.end_to_end.support import Desk, journal, run_slipway
from tests.end_to_end.workshop import Workshop, opened

# Each file uses what the ones before it left; deletion and down take it away.
ON_THE_DEMO = ("demo", "journal", "clients", "paging", "second_install", "approval", "deletion", "down")
ON_THE_PLANT = ("restart", "faults", "secrets")
# The last one switches the install to other orchestrators and deletes it.
IN_THE_WORKSHOP = ("requests", "engines", "orchestrators")
CHAINS = (ON_THE_DEMO, ON_THE_PLANT, IN_THE_WORKSHOP)
DEMO_SECONDS = 900.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the chains in their order, the longest first, before the files that have an engine of their own."""
    order = (*itertools.chain(*CHAINS), "soak")

    def place(item: pytest.Item) -> int:
        name = item.path.stem.removeprefix("test_")
        return order.index(name) if item.path.parent == Path(__file__).parent and name in order else len(order)

    items.sort(key=place)


class ByChain(LoadScopeScheduling):
    """A chain stays on one worker, in its order; so does a file. pytest 9.2 has made xdist's own groups ineffective."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        name = file.removeprefix("tests/end_to_end/test_").removesuffix(".py")
        return next((chain[0] for chain in CHAINS if name in chain), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByChain:
    """Deal the tests to `--numprocesses` workers."""
    return ByChain(config, log)


@dataclass(frozen=True)
class Demonstration:
    """A demo that went through: its JSON object, the calls that it made, and the engine that it left running."""

    record: dict[str, Any]
    calls: list[dict[str, Any]]
    desk: Desk


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """`slipway demo --json`, once for the whole session."""
    home = tmp_path_factory.mktemp("demo") / ".slipway"
    try:
        done = run_slipway(home, "demo", "--json", seconds=DEMO_SECONDS)
        assert done.returncode == 0, done.stderr[-8000:]
        engine = local.find(home)
        assert engine is not None, f"the demo left no engine running on {home}"
        desk = Desk(engine, install.find(Target(engine.session(), engine), STACK))
        yield Demonstration(json.loads(done.stdout), journal(engine), desk)
    finally:
        local.remove(home)


@pytest.fixture(scope="session")
def second(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Second:
    """Another install on the demo's engine, run to production through every fault of `second.py`."""
    return install_second(demonstration.desk.engine, tmp_path_factory.mktemp("second"))


@pytest.fixture(scope="session")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """An install on an engine of its own, for the tests that break things."""
    # For `test_secrets.py`: nothing that the engine starts, now or after a kill, may learn of what is in the shell.
    with in_the_shell():
        made = Plant(tmp_path_factory.mktemp("plant") / ".slipway")
        try:
            made.launch()
            yield made
        finally:
            local.remove(made.home)


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """An install with a first model in production; files that need another one have a fixture of this name."""
    with opened(tmp_path_factory.mktemp("workshop") / ".slipway") as made:
        yield made
