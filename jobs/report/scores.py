"""What the candidate made of the hold-out: confusion, curves, calibration, scores."""

from __future__ import annotations

from html import escape

from jobs.report import charts
from jobs.report.cards import Evaluation, card

# With more classes than this, the confusion matrix takes a row of its own, in small cells.
MOST_ROOMY_CLASSES = 3


def cards(evaluation: Evaluation) -> list[str]:
    """The cards as HTML."""
    return [_confusion(evaluation), *_curves(evaluation), _calibration(evaluation), _distribution(evaluation)]


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
    return card("Confusion matrix", table, "Each row is what the rows of a class were taken for.", wide=many)


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
            card(title, charts.plot(title, x_label, y_label, marks) + _key(theirs is not None), f"Class {label!r}.")
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
    return card("Calibration", plot, "On the dotted line, a score of 0.7 comes true in 70 of 100 cases.")


def _distribution(evaluation: Evaluation) -> str:
    """Scores of each class; scaled per class, since a rare class would not be seen beside a common one."""
    if len(evaluation["classes"]) > 2:
        merged = [sum(counts) for counts in zip(*evaluation["scores"], strict=True)]
        marks = [charts.histogram(merged, max(merged), "candidate")]
        plot = charts.plot("Score distribution", "Score of the actual class", "Rows, relative", marks)
        return card("Score distribution", plot, "The further right, the surer and righter the model.")
    css = ("champion overlaid", "candidate overlaid")
    marks = [charts.histogram(counts, max(*counts, 1), c) for counts, c in zip(evaluation["scores"], css, strict=True)]
    negative, positive = (escape(label) for label in evaluation["classes"])
    key = f'<div class="key"><span><i></i>{positive}</span><span><i class="champion"></i>{negative}</span></div>'
    plot = charts.plot("Score distribution", "Score", "Rows, relative to each class's peak", marks)
    return card("Score distribution", plot + key, "The less the two overlap, the better the model tells them apart.")
