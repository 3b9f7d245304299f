"""The engine is killed at five moments of a run; `make soak-kills` does it at fifty."""

from __future__ import annotations

from pathlib import Path
from random import Random

from slipway import local
from tests.end_to_end.plant import Plant
from tests.soak.soak import Soak

KILLS = 5


def test_killed_at_five_moments_a_run_reaches_production_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    plant = Plant(tmp_path / ".slipway")
    try:
        plant.launch()
        outcome = Soak(plant, Random(KILLS), print).run(KILLS)  # noqa: S311 - moments, no secrets
    finally:
        local.remove(plant.home)
    assert outcome.kills == KILLS
    assert outcome.entries > 0
