"""`python -m tests.soak.fuzz --minutes 10`: odd requests, drops and configurations, and none is a 500 or a traceback.

An engine of its own with the bundle in production is sent, by turns: calls to every operation that it executes, made
from botocore's models, many of them spoilt; requests that are hardly HTTP; predictions; and, in this process,
configurations and drops. A finding is a status of 500 and above (501 is the refusal by name of docs/local-engine.md), a
traceback in the engine's log or in that of a program of the install's, an engine that died, an answer that is not in
the shape of its protocol. What changes, stops or deletes something is named only what the fuzz made itself, or what
does not exist, so that the install stays whole: DeleteStack of the root, DisableKey of its key and the like are not
tried on it.

The choices are those of the seed. Names that the engine gives (ids, versions) are others each time, and with them what
is found there.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.end_to_end.workshop import opened
from tests.soak.fuzz.run import Fuzz


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    """Run it; exit code 1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="that of an earlier run, for the same choices")
    asked = parser.parse_args()
    _say(f"seed {asked.seed}")
    with tempfile.TemporaryDirectory(prefix="slipway-soak-") as name, opened(Path(name) / ".slipway") as workshop:
        fuzz = Fuzz(workshop.plant.engine, workshop.plant.installed, Path(name), asked.seed, _say)
        line = fuzz.run(asked.minutes * 60)
    _say(line)
    return 1 if fuzz.outcome.findings else 0


if __name__ == "__main__":
    sys.exit(main())
