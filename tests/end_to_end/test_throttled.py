"""A run while one in twenty calls is throttled and its training job is killed; `make soak-throttled` makes twenty."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.end_to_end.workshop import opened
from tests.soak.throttled import Throttled

SEED = 7


def test_a_run_under_throttling_with_a_killed_job_leaves_nothing_half_deployed(tmp_path: Path) -> None:
    with opened(tmp_path / ".slipway") as workshop:
        outcome = Throttled(workshop, Random(SEED), print).run(1)  # noqa: S311 - faults, no secrets
    assert outcome.runs == 1
    assert outcome.throttled > 0
    assert outcome.calls > outcome.throttled
