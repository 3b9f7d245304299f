"""What local-engine.md says that the engine refuses: each section's paragraph, taken apart into its items."""

from __future__ import annotations

import re
from pathlib import Path

_PAGE = Path(__file__).parents[3] / "docs" / "local-engine.md"
_SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_PARAGRAPH = re.compile(r"\*\*Refused by name\.\*\*(.*?)(?=\n\n|\*\*|\Z)", re.DOTALL)


def refused() -> dict[str, list[str]]:
    """The items of each section's paragraph, in their order; what stands in brackets explains an item."""
    sections = _SECTION.findall(_PAGE.read_text(encoding="utf-8"))
    return {title: items for title, text in sections for items in [_items(text)] if items}


def _items(section: str) -> list[str]:
    found = _PARAGRAPH.search(section)
    if found is None:
        return []
    text = re.sub(r"\([^)]*\)", "", " ".join(found[1].split()))
    parts = re.split(r"[;,.] |,? and |\.$", text)
    return [part.strip() for part in parts if part.strip()]
