"""The evaluation report: one page, no outside resources, for someone who approves by looking."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template

from jobs.report import gate, origin, scores
from jobs.report.cards import Evaluation
from jobs.report.origin import Described
from jobs.settings import Settings

TEMPLATE = Path(__file__).with_name("page.html")


def render(evaluation: Evaluation, model: Described, settings: Settings) -> str:
    """The page as HTML."""
    cards = [gate.comparison(evaluation, settings), *scores.cards(evaluation), *origin.cards(model, settings)]
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=escape(f"Evaluation of {settings.target}"),
        subtitle=escape(
            f"{evaluation['rows']:,} held-out rows that training never saw · commit {settings.commit[:12]}"
        ),
        verdict=gate.verdict(evaluation, settings),
        cards="\n".join(cards),
    )
