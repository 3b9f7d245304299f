"""What is said of the model itself: what it goes by, what was tried beside it, where it comes from."""

from __future__ import annotations

from html import escape
from typing import Any, Protocol

from jobs.encoder import Encoder
from jobs.report import charts
from jobs.report.cards import card, facts
from jobs.settings import Settings

MOST_FEATURES = 12
MOST_MODELS = 20


class Described(Protocol):
    """A model as the report sees it."""

    @property
    def encoder(self) -> Encoder:
        """What it takes and tells apart."""

    @property
    def description(self) -> dict[str, Any]:
        """What training said of it."""


def cards(model: Described, settings: Settings) -> list[str]:
    """The cards as HTML."""
    return [*_importance(model), *_leaderboard(model), _origin(model, settings), _hyperparameters(model)]


def _importance(model: Described) -> list[str]:
    if "importance" not in model.description:
        return []
    shares = list(model.description["importance"].items())[:MOST_FEATURES]
    note = model.description["importanceNote"]
    return [card("Feature importance", charts.bars("Feature importance", shares), note)]


def _leaderboard(model: Described) -> list[str]:
    """The models that were tried, the best first."""
    board = model.description.get("leaderboard")
    if board is None:
        return []
    head = "".join(f"<th>{escape(name)}</th>" for name in board["columns"])
    rows = "".join(f"<tr>{''.join(_entry(value) for value in row)}</tr>" for row in board["rows"][:MOST_MODELS])
    table = f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    note = f"{len(board['rows'])} models tried; {board.get('note', 'scores are such that more is better.')}"
    return [card("Leaderboard", table, note, wide=True)]


def _entry(value: str) -> str:
    try:
        text = f"{float(value):.4g}"
    except ValueError:
        text = value
    return f"<td>{escape(text)}</td>"


def _origin(model: Described, settings: Settings) -> str:
    description = model.description
    known = {
        "Commit": settings.commit,
        "Data version": settings.data_version,
        "Rows": ", ".join(f"{part} {count:,}" for part, count in description.get("rows", {}).items()),
        "Algorithm": description["algorithm"],
        "Rounds kept": f"{description['rounds']} ({description['stopped']})" if "rounds" in description else "",
        "Columns": f"{len(model.encoder.columns)}, encoded as {len(model.encoder.names)}",
        "Left out": ", ".join(model.encoder.ids) or "none",
    }
    return card("Where it comes from", facts({name: fact for name, fact in known.items() if fact}))


def _hyperparameters(model: Described) -> str:
    values = model.description["hyperparameters"].items()
    return card("Hyperparameters", facts({name: f"{v:g}" if isinstance(v, float) else v for name, v in values}))
