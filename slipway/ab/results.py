"""A test's results: what was captured, compared, and told to a person."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from slipway.ab import candidate as candidates
from slipway.ab import captured, comparison, truth
from slipway.ab.comparison import CANDIDATE, CHAMPION, Comparison, Side
from slipway.ab.endpoint import Live
from slipway.ab.production import Production


def compare(production: Production, live: Live, path: Path | None) -> Comparison:
    """What both variants answered since the test began, under the champion's `evaluate`; `path` says what came true."""
    config = candidates.execution_of(production, production.parameters["Run"], production.champion)["config"]
    dataset = config["dataset"]
    columns = [column["name"] for column in dataset["columns"] if column["type"] != "id"]
    known = truth.read(path, columns, dataset["target"]) if path is not None else None
    s3 = production.install.target.client("s3")
    answers = {name: captured.read(s3, live.capture, name, live.since) for name in (CHAMPION, CANDIDATE)}
    return comparison.compare(comparison.rule(config["evaluate"], dataset["task"]), answers, known)


def table(production: Production, live: Live, compared: Comparison) -> Table:
    """Both variants, a row each."""
    drawn = Table(
        "variant", "model", "share", "answers", "labels", "mean score", "truth", compared.rule.metric, box=None
    )
    for name, arn, side in (
        (CHAMPION, production.champion, compared.champion),
        (CANDIDATE, production.candidate, compared.candidate),
    ):
        drawn.add_row(name, candidates.version(arn), f"{live.share(name):.0%}", *_cells(side))
    return drawn


def _cells(side: Side) -> list[str]:
    labels = [
        f"{label} {hits / len(side.answers):.1%} ({interval.low:.1%} to {interval.high:.1%})"
        for label, (hits, interval) in side.labels().items()
    ]
    unreadable = f", {side.unreadable} unreadable" if side.unreadable else ""
    value = "-" if side.value is None else f"{side.value:.4f}"
    if side.interval:
        value += f" ({side.interval.low:.4f} to {side.interval.high:.4f})"
    mean = "-" if side.mean_score is None else f"{side.mean_score:.4f}"
    return [f"{len(side.answers)}{unreadable}", "\n".join(labels) or "-", mean, str(len(side.judged)), value]
