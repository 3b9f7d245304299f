"""`pytest --journals FOLDER`: each test file leaves there what its engines journalled, for `slipway permissions`.

    FOLDER/tests.end_to_end.test_demo/demo0/journal.jsonl and policies.jsonl

A file of tests that goes on with the engine of the one before it leaves only what was added. What an engine does
while a fixture is torn down is not among it, nor an engine that a test made and removed within itself.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

OPTION = "--journals"
# Whose engines run the bundle, or parts of it; what the others try out is none of its permissions' business.
OF_THE_BUNDLE = ("tests/end_to_end/", "tests/engine/bundle/", "tests/heavy/")


class Journals:
    """Takes the journals below `base`, pytest's temporary folder, at the end of each file of tests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: dict[Path, int] = {}
        self.base: Path | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Before the last test of a file is torn down."""
        if self.base is None or (nextitem is not None and nextitem.path == item.path):
            return
        file = item.path.relative_to(item.config.rootpath).with_suffix("")
        added = {journal: self._added(journal) for journal in sorted(self.base.glob("*/.slipway/journal.jsonl"))}
        if file.as_posix().startswith(OF_THE_BUNDLE):
            place = self._folder / ".".join(file.parts)
            shutil.rmtree(place, ignore_errors=True)
            for journal, lines in added.items():
                if lines:
                    _leave(journal, lines, place / journal.parent.parent.name)

    def _added(self, journal: Path) -> bytes:
        with journal.open("rb") as lines:
            lines.seek(self._taken.get(journal, 0))
            added = lines.read()
        added = added[: added.rfind(b"\n") + 1]  # an engine goes on writing
        self._taken[journal] = self._taken.get(journal, 0) + len(added)
        return added


def _leave(journal: Path, lines: bytes, place: Path) -> None:
    place.mkdir(parents=True)
    (place / journal.name).write_bytes(lines)
    shutil.copy(journal.with_name("policies.jsonl"), place)
