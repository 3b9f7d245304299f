"""Which pages of AWS's documentation the suite holds.

.venv/bin/python -m tests.engine.conformance > docs/conformance.md

Every test of what the engine does names the page that the behaviour comes from, and has a place for the date on which
it was seen on AWS: `pytest.mark.specification(page, seen="2026-01-31")`.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable
from pathlib import Path

import pytest

_ENGINE = Path(__file__).parent
# Folders whose tests are about AWS's behaviour; the others are about the engine's own parts.
BEHAVIOUR = ("docker", "foreign", "integrations", "mend", "policy", "resources", "services")
OWN = ("test_private_names.py",)
_HEAD = """# Conformance

`tests/engine/` is written from AWS's documentation: each of its tests that is about AWS's behaviour names the page that
it comes from. These are the pages; `.venv/bin/python -m tests.engine.conformance > docs/conformance.md` writes them
anew. *Seen on AWS* is the last date on which one of a page's behaviours was compared with an account. Nothing was yet:
all of it is from the specification.

| page | seen on AWS |
| --- | --- |
"""


def is_behaviour(path: Path) -> bool:
    """Whether a file's tests are about AWS's behaviour."""
    return path.is_relative_to(_ENGINE) and path.relative_to(_ENGINE).parts[0] in BEHAVIOUR and path.name not in OWN


def unmarked(items: Iterable[pytest.Item]) -> list[str]:
    """The tests of AWS's behaviour that name no page."""
    return [
        item.nodeid for item in items if is_behaviour(item.path) and item.get_closest_marker("specification") is None
    ]


class Collector:
    """A pytest plugin that notes each page, with the dates on which its behaviours were seen, and runs nothing."""

    def __init__(self) -> None:
        self.pages: dict[str, list[str]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note each test's page."""
        for item in items:
            mark = item.get_closest_marker("specification")
            if mark is not None:
                seen = self.pages.setdefault(mark.args[0].partition("#")[0], [])
                seen.extend([mark.kwargs["seen"]] if mark.kwargs.get("seen") else [])
        items.clear()


def table() -> str:
    """The page, as Markdown."""
    collector = Collector()
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", str(_ENGINE)], plugins=[collector])
    pages = sorted(collector.pages.items())
    return _HEAD + "".join(f"| <https://{address}> | {max(seen, default='not yet')} |\n" for address, seen in pages)


if __name__ == "__main__":
    print(table(), end="")
