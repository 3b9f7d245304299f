"""`python -m tests.mutations`: every mutation, who rejects it, and in which words; exit code 1 when one goes through.

The removed permissions come from the second install of the end-to-end tests, whose runs miss one statement at a time.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from slipway import local
from tests.end_to_end.plant import CLOCK_FACTOR
from tests.end_to_end.second import install_second
from tests.mutations.configured import CONFIGURED, configure
from tests.mutations.deployed import DEPLOYED, deploy
from tests.mutations.exercised import EXERCISED
from tests.mutations.requested import REQUESTED, request
from tests.mutations.site import Site
from tests.mutations.static import STATIC, lint, linted

_WIDTH = 150


@dataclass(frozen=True)
class Row:
    """One mutation in the table; `message` is empty when nobody rejected it."""

    mutation: str
    file: str
    rejected_by: str
    message: str
    says: str

    @property
    def rejected(self) -> bool:
        return bool(self.message) and self.says in self.message

    def __str__(self) -> str:
        by = self.rejected_by if self.rejected else "NOBODY"
        return f"| {self.mutation} | {self.file} | {by} | {' '.join(self.message.split())[:_WIDTH]} |"


def main() -> int:
    """Print the table."""
    print("| mutation | of | rejected by | which says |\n| --- | --- | --- | --- |")
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for row in _rows(Path(folder)):
            print(row, flush=True)
            missed += not row.rejected
    return 1 if missed else 0


def _rows(folder: Path) -> Iterator[Row]:
    for configured in CONFIGURED:
        yield Row(configured.name, configured.file, "Build", configure(configured, folder), configured.says)
    findings = lint(folder / "lint")
    for static in STATIC:
        yield Row(static.name, static.file, "Build", linted(static, findings), static.rule)
    yield from _of_a_site(folder / "site" / ".slipway")
    yield from _of_a_run(folder / "run" / ".slipway")


def _of_a_site(home: Path) -> Iterator[Row]:
    try:
        site = Site(home)
        for requested in REQUESTED:
            yield Row(requested.name, requested.file, "CreateStack", request(requested, site), requested.says)
        for deployed in DEPLOYED:
            yield Row(
                deployed.name, deployed.file, f"stack: {deployed.resource}", deploy(deployed, site), deployed.says
            )
        for exercised in EXERCISED:
            yield Row(exercised.name, exercised.file, "use", exercised.exercise(site), exercised.says)
    finally:
        local.remove(home)


def _of_a_run(home: Path) -> Iterator[Row]:
    engine = local.start(home, port=local.free_port(), clock_factor=CLOCK_FACTOR)
    try:
        second = install_second(engine, home.parent)
        for statement, observed in second.observed.items():
            by = f"run: {statement.fails}"
            yield Row(f"without {statement.sid}", "-".join(statement.role), by, observed.failed.error, statement.words)
    finally:
        local.remove(home)


if __name__ == "__main__":
    sys.exit(main())
