"""README.md and docs/: what they name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
# A path as it is; `{a,b}` and `<name>` stand for several.
_PATH = re.compile(r"`((?:tests|cf|config|functions|jobs|slipway|notebooks)/[\w./-]+)`")
# What a page tells its reader to make.
_EXAMPLES = {"jobs/algorithms/nearest_mean.py"}
_LINK = re.compile(r"\]\(((?!https?:)[^)#\s]+)(?:#([^)\s]+))?\)")


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as git hosts make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_file_that_a_page_names_is_there(page: Path) -> None:
    named = set(_PATH.findall(page.read_text("utf-8"))) - _EXAMPLES
    assert {path for path in named if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_link_of_a_page_leads_somewhere(page: Path) -> None:
    broken = set()
    for target, anchor in _LINK.findall(page.read_text("utf-8")):
        found = (page.parent / target).resolve()
        if not found.exists() or (anchor and anchor not in anchors(found)):
            broken.add(f"{target}#{anchor}")
    assert broken == set()
