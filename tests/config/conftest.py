"""Build passes these tests in the middle of a run, whose environment is not theirs."""

from __future__ import annotations

import re

import pytest
from hypothesis import settings

from tests.cf import templates

PROJECT = templates.properties("pipeline", "Build")["Environment"]["EnvironmentVariables"]
STAGES = templates.properties("pipeline", "Pipeline")["Stages"]
(BUILD,) = next(stage["Actions"] for stage in STAGES if stage["Name"] == "Build")
OF_THE_RUN = re.findall(r'"name": "(\w+)"', BUILD["Configuration"]["EnvironmentVariables"]["Fn::Sub"][0])
NAMES = [*(variable["Name"] for variable in PROJECT), *OF_THE_RUN]

# In Build: the same examples each time, so that no run fails by chance, and as many as a run may wait for.
settings.register_profile("build", settings(), max_examples=25, derandomize=True, database=None)


@pytest.fixture(autouse=True)
def _outside_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever request, data and orchestrator the run has."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
