"""The pieces that the page is made of: a card with a title and a note, a list of facts."""

from __future__ import annotations

from html import escape
from typing import Any

Evaluation = dict[str, Any]


def card(title: str, body: str, note: str = "", *, wide: bool = False) -> str:
    """A figure as HTML; `body` is HTML already, title and note are text."""
    caption = f"<figcaption>{escape(note)}</figcaption>" if note else ""
    css = "card wide" if wide else "card"
    return f'<figure class="{css}"><h2>{escape(title)}</h2>{body}{caption}</figure>'


def facts(named: dict[str, Any]) -> str:
    """Names and what they are, as a list."""
    entries = (f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in named.items())
    return f"<dl>{''.join(entries)}</dl>"
