"""The evaluation report: one page, no outside resources, for someone who approves by looking."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template
from typing import Any, Protocol

from jobs import charts
from jobs.encoder import Encoder
from jobs.settings import Settings

TEMPLATE = Path(__file__).with_name("report.html")
TITLES = {
    "accuracy": "Accuracy",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "roc_auc": "ROC AUC",
    "log_loss": "Log loss",
}
MOST_FEATURES = 12
MOST_MODELS = 20
# With more classes than this, the confusion matrix takes a row of its own, in small cells.
MOST_ROOMY_CLASSES = 3

Evaluation = dict[str, Any]


class Described(Protocol):
    """A model as the report sees it."""

    @property
    def encoder(self) -> Encoder:
        """What it takes and tells apart."""

    @property
    def description(self) -> dict[str, Any]:
        """What training said of it."""


def render(evaluation: Evaluation, model: Described, settings: Settings) -> str:
    """The page as HTML."""
    cards = [
        _comparison(evaluation, settings),
        _confusion(evaluation),
        *_curves(evaluation),
        _calibration(evaluation),
        _distribution(evaluation),
        *_importance(model),
        *_leaderboard(model),
        _origin(model, settings),
        _hyperparameters(model),
    ]
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=escape(f"Evaluation of {settings.target}"),
        subtitle=escape(
            f"{evaluation['rows']:,} held-out rows that training never saw · commit {settings.commit[:12]}"
        ),
        verdict=_verdict(evaluation, settings),
        cards="\n".join(cards),
    )


def passes(evaluation: Evaluation, settings: Settings) -> bool:
    """Whether the gate lets the candidate through."""
    value: float = evaluation["metrics"][settings.metric]
    return value >= settings.threshold if settings.direction == "maximize" else value <= settings.threshold


def _verdict(evaluation: Evaluation, settings: Settings) -> str:
    passed = passes(evaluation, settings)
    bound = "at least" if settings.direction == "maximize" else "at most"
    sentence = f"Asked for: {bound} {settings.threshold:g}. {_beside_champion(evaluation, settings)}"
    return (
        f'<section class="verdict {"good" if passed else "bad"}">'
        f'<div class="hero">{evaluation["metrics"][settings.metric]:.3f}</div>'
        f"<div><strong>{TITLES[settings.metric]} {'passes' if passed else 'fails'} the gate</strong>"
        f"<p>{escape(sentence)}</p></div></section>"
    )


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


def _comparison(evaluation: Evaluation, settings: Settings) -> str:
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
    return _card("Candidate and champion" if champion else "Metrics", table, note)


def _difference(name: str, ours: float, theirs: float) -> str:
    difference = ours - theirs
    good = difference < 0 if name == "log_loss" else difference > 0
    css = "" if abs(difference) < 0.0005 else "better" if good else "worse"
    return f'<td>{theirs:.3f}</td><td class="{css}">{difference:+.3f}</td>'


def _confusion(evaluation: Evaluation) -> str:
    classes = evaluation["classes"]
    head = "".join(f"<th>{escape(label)}</th>" for label in classes)
    rows = "".join(
        f'<tr><th scope="row">{escape(label)}</th>{"".join(_cell(count, sum(counts)) for count in counts)}</tr>'
        for label, counts in zip(classes, evaluation["confusionMatrix"], strict=True)
    )
    many = len(classes) > MOST_ROOMY_CLASSES
    table = (
        f'<div class="scroll"><table class="matrix{" many" if many else ""}"><thead><tr><th>actual \\ predicted</th>'
        f"{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    return _card("Confusion matrix", table, "Each row is what the rows of a class were taken for.", wide=many)


def _cell(count: int, total: int) -> str:
    share = count / total
    wash = f"color-mix(in srgb, var(--candidate) {5 + 45 * share:.0f}%, var(--card))"
    return f'<td style="background: {wash}">{count:,}<small>{share:.0%}</small></td>'


def _curves(evaluation: Evaluation) -> list[str]:
    """ROC and precision-recall; with several classes, of the first one in which the candidate errs most."""
    index = _shown_class(evaluation)
    ours = evaluation["curves"][index]
    theirs = evaluation["champion"]["curves"][index] if evaluation["champion"] else None
    label = evaluation["classes"][ours["class"]]
    cards = []
    for key, title, x_label, y_label in (
        ("roc", "ROC curve", "False positive rate", "True positive rate"),
        ("precisionRecall", "Precision and recall", "Recall", "Precision"),
    ):
        draw = charts.line if key == "roc" else charts.steps
        marks = [charts.line([(0, 0), (1, 1)], "reference")] if key == "roc" else []
        marks += [draw(theirs[key], "champion")] if theirs else []
        marks += [draw(ours[key], "candidate")]
        cards.append(
            _card(title, charts.plot(title, x_label, y_label, marks) + _key(theirs is not None), f"Class {label!r}.")
        )
    return cards


def _shown_class(evaluation: Evaluation) -> int:
    matrix = evaluation["confusionMatrix"]
    recalls = [matrix[curve["class"]][curve["class"]] / sum(matrix[curve["class"]]) for curve in evaluation["curves"]]
    return recalls.index(min(recalls))


def _key(champion: bool) -> str:
    entries = ["<span><i></i>candidate</span>", '<span><i class="champion"></i>champion</span>'][: 1 + champion]
    return f'<div class="key">{"".join(entries)}</div>'


def _calibration(evaluation: Evaluation) -> str:
    bins = evaluation["calibration"]
    points = [
        (bin_["score"], bin_["share"], f"{bin_['rows']} rows: score {bin_['score']:.2f}, came true {bin_['share']:.2f}")
        for bin_ in bins
    ]
    marks = [
        charts.line([(0, 0), (1, 1)], "reference"),
        charts.line([point[:2] for point in points], "candidate"),
        charts.dots(points, "candidate"),
    ]
    plot = charts.plot("Calibration", "Mean score", "Share that came true", marks)
    return _card("Calibration", plot, "On the dotted line, a score of 0.7 comes true in 70 of 100 cases.")


def _distribution(evaluation: Evaluation) -> str:
    """Scores of each class; scaled per class, since a rare class would not be seen beside a common one."""
    if len(evaluation["classes"]) > 2:
        merged = [sum(counts) for counts in zip(*evaluation["scores"], strict=True)]
        marks = [charts.histogram(merged, max(merged), "candidate")]
        plot = charts.plot("Score distribution", "Score of the actual class", "Rows, relative", marks)
        return _card("Score distribution", plot, "The further right, the surer and righter the model.")
    css = ("champion overlaid", "candidate overlaid")
    marks = [charts.histogram(counts, max(*counts, 1), c) for counts, c in zip(evaluation["scores"], css, strict=True)]
    negative, positive = (escape(label) for label in evaluation["classes"])
    key = f'<div class="key"><span><i></i>{positive}</span><span><i class="champion"></i>{negative}</span></div>'
    plot = charts.plot("Score distribution", "Score", "Rows, relative to each class's peak", marks)
    return _card("Score distribution", plot + key, "The less the two overlap, the better the model tells them apart.")


def _importance(model: Described) -> list[str]:
    if "importance" not in model.description:
        return []
    shares = list(model.description["importance"].items())[:MOST_FEATURES]
    note = model.description["importanceNote"]
    return [_card("Feature importance", charts.bars("Feature importance", shares), note)]


def _leaderboard(model: Described) -> list[str]:
    """The models that were tried, the best first."""
    board = model.description.get("leaderboard")
    if board is None:
        return []
    head = "".join(f"<th>{escape(name)}</th>" for name in board["columns"])
    rows = "".join(f"<tr>{''.join(_entry(value) for value in row)}</tr>" for row in board["rows"][:MOST_MODELS])
    table = f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    note = f"{len(board['rows'])} models tried; {board.get('note', 'scores are such that more is better.')}"
    return [_card("Leaderboard", table, note, wide=True)]


def _entry(value: str) -> str:
    try:
        text = f"{float(value):.4g}"
    except ValueError:
        text = value
    return f"<td>{escape(text)}</td>"


def _origin(model: Described, settings: Settings) -> str:
    description = model.description
    facts = {
        "Commit": settings.commit,
        "Data version": settings.data_version,
        "Rows": ", ".join(f"{part} {count:,}" for part, count in description.get("rows", {}).items()),
        "Algorithm": description["algorithm"],
        "Rounds kept": f"{description['rounds']} ({description['stopped']})" if "rounds" in description else "",
        "Columns": f"{len(model.encoder.columns)}, encoded as {len(model.encoder.names)}",
        "Left out": ", ".join(model.encoder.ids) or "none",
    }
    return _card("Where it comes from", _list({name: fact for name, fact in facts.items() if fact}))


def _hyperparameters(model: Described) -> str:
    values = model.description["hyperparameters"].items()
    return _card("Hyperparameters", _list({name: f"{v:g}" if isinstance(v, float) else v for name, v in values}))


def _list(facts: dict[str, Any]) -> str:
    entries = (f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in facts.items())
    return f"<dl>{''.join(entries)}</dl>"


def _card(title: str, body: str, note: str = "", *, wide: bool = False) -> str:
    caption = f"<figcaption>{escape(note)}</figcaption>" if note else ""
    css = "card wide" if wide else "card"
    return f'<figure class="{css}"><h2>{escape(title)}</h2>{body}{caption}</figure>'
