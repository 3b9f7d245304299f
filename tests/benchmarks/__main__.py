"""`make bench`: measures, and prints docs/benchmarks.md. What it is doing goes to standard error.

It asserts nothing: a figure says by its ratio where it stands, and machines differ.
"""

from __future__ import annotations

import datetime
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import engine, run, setup
from tests.benchmarks.figure import HEADER, Figure

ROOT = Path(__file__).parents[2]
_PAGE = """# Benchmarks

`make bench > docs/benchmarks.md` measures everything anew and writes this page; it takes some five minutes and
downloads what a fresh set-up downloads. A ratio is what was measured, in multiples of what stands beside it: up to 1, a
budget is kept. Times of one machine say little about another, and less when it is busy: compare ratios.

Measured on {date}: {machine}, {cores} cores, {memory} GB, Python {python}, load {load:.1f} at the start.
"""


def main() -> None:
    """Measure and print."""
    print(_page())
    print(HEADER)
    with tempfile.TemporaryDirectory(prefix="slipway-bench-") as folder:
        for figure in _figures(Path(folder)):
            print(figure.row(), flush=True)
    print(
        f"\nThe load was {os.getloadavg()[0]:.1f} at the end: above the number of cores, times are waiting times too."
    )


def _figures(folder: Path) -> Iterator[Figure]:
    _say("the engine alone")
    yield from engine.figures(folder / "engine")
    _say("a demonstration")
    yield from run.figures(ROOT, folder / "run")
    _say("set-up in a fresh clone")
    fresh = folder / "fresh"
    fresh.mkdir()
    yield from setup.figures(ROOT, fresh)


def _page() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return _PAGE.format(
        date=datetime.datetime.now(datetime.UTC).date(),
        machine=f"{platform.system()} {platform.machine()}",
        cores=os.cpu_count(),
        memory=round(memory),
        python=platform.python_version(),
        load=os.getloadavg()[0],
    )


def _say(what: str) -> None:
    print(f"measuring {what}", file=sys.stderr)


if __name__ == "__main__":
    main()
