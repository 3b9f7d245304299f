"""Whether the candidate passes, and how it stands beside the champion."""

from __future__ import annotations

from html import escape

from jobs.report.cards import Evaluation, card
from jobs.settings import Settings

TITLES = {
    "accuracy": "Accuracy",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "roc_auc": "ROC AUC",
    "log_loss": "Log loss",
}


def verdict(evaluation: Evaluation, settings: Settings) -> str:
    """The head of the page: the gate's metric, and whether it is enough."""
    passed = _passes(evaluation, settings)
    bound = "at least" if settings.direction == "maximize" else "at most"
    sentence = f"Asked for: {bound} {settings.threshold:g}. {_beside_champion(evaluation, settings)}"
    return (
        f'<section class="verdict {"good" if passed else "bad"}">'
        f'<div class="hero">{evaluation["metrics"][settings.metric]:.3f}</div>'
        f"<div><strong>{TITLES[settings.metric]} {'passes' if passed else 'fails'} the gate</strong>"
        f"<p>{escape(sentence)}</p></div></section>"
    )


def _passes(evaluation: Evaluation, settings: Settings) -> bool:
    value: float = evaluation["metrics"][settings.metric]
    return value >= settings.threshold if settings.direction == "maximize" else value <= settings.threshold


def _beside_champion(evaluation: Evaluation, settings: Settings) -> str:
    if "championFault" in evaluation:
        return f"The champion cannot be measured on these rows: {evaluation['championFault']}."
    if evaluation["champion"] is None:
        return "Production has no model yet to compare with."
    theirs = evaluation["champion"]["metrics"][settings.metric]
    difference = evaluation["metrics"][settings.metric] - theirs
    if abs(difference) < 0.0005:
        return f"The champion has the same on the same rows, {theirs:.3f}."
    better = (difference > 0) == (settings.direction == "maximize")
    verdict = f"the candidate is {'better' if better else 'worse'} by {abs(difference):.3f}"
    return f"The champion has {theirs:.3f} on the same rows; {verdict}."


def comparison(evaluation: Evaluation, settings: Settings) -> str:
    """Each metric, the champion's beside it."""
    champion = evaluation["champion"]["metrics"] if evaluation["champion"] else None
    head = "<th>Champion</th><th>Difference</th>" if champion else ""
    rows = "".join(
        f'<tr{" class=gate" if name == settings.metric else ""}><th scope="row">{TITLES[name]}</th><td>{value:.3f}</td>'
        f"{_difference(name, value, champion[name]) if champion else ''}</tr>"
        for name, value in evaluation["metrics"].items()
    )
    table = f"<table><thead><tr><th>Metric</th><th>Candidate</th>{head}</tr></thead><tbody>{rows}</tbody></table>"
    note = (
        "Means over the classes."
        if len(evaluation["classes"]) > 2
        else f"Of class {evaluation['classes'][-1]!r}, at score 0.5."
    )
    return card("Candidate and champion" if champion else "Metrics", table, note)


def _difference(name: str, ours: float, theirs: float) -> str:
    difference = ours - theirs
    good = difference < 0 if name == "log_loss" else difference > 0
    css = "" if abs(difference) < 0.0005 else "better" if good else "worse"
    return f'<td>{theirs:.3f}</td><td class="{css}">{difference:+.3f}</td>'
