"""The list of suppressed findings in docs/security.md, written from what the files say."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from slipway.verify.bundle import Bundle
from slipway.verify.finding import CheckFailed, Finding
from slipway.verify.suppression import Suppression, suppressions

PAGE = "docs/security.md"
_BEGIN = "<!-- suppressed findings: written by `make verify-page` -->"
_END = "<!-- end of suppressed findings -->"


def render(known: Iterable[Suppression]) -> str:
    """The list as a table, without line numbers, which every change of a file would move."""
    rows = sorted({(each.rule, each.path, _cell(each.reason)) for each in known})
    table = ["| rule | file | reason |", "| --- | --- | --- |", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(table)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _parts(root: Path) -> tuple[str, str, str]:
    """The page before the list, the list, and what follows; CheckFailed when the page has no place for it."""
    text = (root / PAGE).read_text("utf-8") if (root / PAGE).exists() else ""
    before, begun, rest = text.partition(_BEGIN)
    listed, ended, after = rest.partition(_END)
    if not begun or not ended:
        raise CheckFailed(f"{PAGE} has no place for the suppressed findings, between {_BEGIN} and {_END}")
    return before, listed.strip(), after


def write(bundle: Bundle) -> None:
    """Write the list anew."""
    before, _, after = _parts(bundle.root)
    text = f"{before}{_BEGIN}\n\n{render(suppressions(bundle.suppressible))}\n\n{_END}{after}"
    (bundle.root / PAGE).write_text(text, "utf-8")


def findings(bundle: Bundle) -> list[Finding]:
    """One, when the page does not say what the files do."""
    before, listed, _ = _parts(bundle.root)
    if listed == render(suppressions(bundle.suppressible)):
        return []
    line = before.count("\n") + 1
    return [Finding(PAGE, line, "page-stale", "the list of suppressed findings is stale; `make verify-page` writes it")]
