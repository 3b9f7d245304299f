"""What holds for every test of this repository."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.journals import OPTION, Journals

# pytest and hypothesis keep what they made until the end, and by default Python walks all of it again and again: that
# was a tenth of the time of tests that are many and short.
gc.set_threshold(200_000, 50, 50)

# How long an example takes says how busy the machine is, and nothing about the code.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples each time, so that no change is refused for what another one did; `exploring` has others each time.
settings.register_profile("repeated", UNHURRIED, derandomize=True, database=None)
settings.register_profile("exploring", UNHURRIED)
settings.load_profile("repeated")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of this repository's tests."""
    parser.addoption(OPTION, type=Path, help="folder for what the engines of each file of tests journalled")


def pytest_configure(config: pytest.Config) -> None:
    """Take journals if asked to."""
    folder = config.getoption(OPTION)
    if folder is not None:
        config.pluginmanager.register(Journals(folder), OPTION)


@pytest.fixture(autouse=True, scope="session")
def _journals(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Say where the homes of engines are."""
    journals = pytestconfig.pluginmanager.get_plugin(OPTION)
    if journals is not None:
        journals.base = tmp_path_factory.getbasetemp()
