"""`python -m tests.soak --kills 50`: kill the engine at random moments of a run, and print what happened."""

from __future__ import annotations

import argparse
import secrets
import tempfile
from pathlib import Path
from random import Random

from slipway import local
from tests.end_to_end.plant import Plant
from tests.soak.launching import interrupt
from tests.soak.soak import Soak


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    """Run it; an AssertionError says what was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="how often the engine is killed")
    parser.add_argument("--launches", type=int, default=3, help="how often it is killed in a launch before that")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="that of an earlier soak, for the same moments")
    asked = parser.parse_args()
    _say(f"seed {asked.seed}")
    with tempfile.TemporaryDirectory(prefix="slipway-soak-") as folder:
        plant = Plant(Path(folder) / ".slipway")
        try:
            random = Random(asked.seed)  # noqa: S311 - moments, no secrets
            interrupt(plant, random, _say, asked.launches)
            plant.launch()
            outcome = Soak(plant, random, _say).run(asked.kills)
        finally:
            local.remove(plant.home)
    for error in outcome.errors:
        print(f"retried after {error}")
    print(
        f"{asked.launches + outcome.kills} kills, {outcome.retries} retries, {outcome.runs + 1} runs in production,"
        f" {outcome.entries} acknowledged entries, none lost"
    )


if __name__ == "__main__":
    main()
