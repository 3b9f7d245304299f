"""`python -m tests.soak.throttling --runs 20`: runs with throttled calls and a killed job each, and their ends."""

from __future__ import annotations

import argparse
import secrets
import tempfile
from pathlib import Path
from random import Random

from tests.end_to_end.workshop import opened
from tests.soak.throttled import Throttled


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    """Run it; an AssertionError says what was half-deployed, or failed without a reason."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.throttling", description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="how many runs")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="that of an earlier soak, for the same faults")
    asked = parser.parse_args()
    _say(f"seed {asked.seed}")
    with tempfile.TemporaryDirectory(prefix="slipway-soak-") as folder, opened(Path(folder) / ".slipway") as workshop:
        throttled = Throttled(workshop, Random(asked.seed), _say)  # noqa: S311 - faults, no secrets
        outcome = throttled.run(asked.runs)
    for failure in outcome.failed:
        _say(f"failed: {failure}")
    _say(outcome.line())


if __name__ == "__main__":
    main()
