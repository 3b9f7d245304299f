"""An engine of its own for rules, which would hit what other tests do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from slipway import faults
from tests.engine.conftest import RunningEngine, start


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """An engine for the tests of one file."""
    running = start(tmp_path_factory.mktemp("faulty") / ".slipway")
    yield running
    running.engine.stop()


@pytest.fixture
def ruled(faulty: RunningEngine) -> Iterator[RunningEngine]:
    """That engine, without any rule afterwards."""
    yield faulty
    faults.clear(faulty.engine, [])
