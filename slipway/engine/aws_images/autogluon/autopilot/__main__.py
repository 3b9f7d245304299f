"""One AutoML job, from its settings to its candidates."""

from __future__ import annotations

import sys
from pathlib import Path

from . import data, events, metrics, reports
from .recipes import recipes
from .settings import Settings
from .trials import Trials

_LESS_IS_BETTER = ("MAE", "MSE", "RMSE")


def main(file: str) -> None:
    """Train the candidates, and say which is the best."""
    settings = Settings.read(Path(file))
    table = data.read(settings)
    metric = settings.metric or metrics.DEFAULTS[table.problem_type]
    aws = data.PROBLEM_TYPES[table.problem_type]
    events.say("resolved", problemType=aws, metric=metric, rows=len(table.training), validation=len(table.validation))
    reports.exploration(settings.output / "notebooks", settings, table)
    events.say("explored")
    trials = Trials(settings, table, metric)
    _train(trials)
    if trials.results:
        _report(trials)


def _train(trials: Trials) -> None:
    planned = recipes(trials.settings)
    events.say("planned", candidates=len(planned))
    for recipe in planned:
        trials.train(recipe)
    if trials.settings.mode == "ENSEMBLING" and trials.settings.max_candidates > 1 and trials.results:
        trials.combine()


def _report(trials: Trials) -> None:
    sign = 1 if trials.metric in _LESS_IS_BETTER else -1
    best_first = sorted(trials.results, key=lambda name: sign * trials.results[name]["metrics"][trials.metric])
    output = trials.settings.output
    events.say("explaining", name=best_first[0])
    model = trials.results[best_first[0]]["model"]
    reports.leaderboard(output / "reports", trials.results, best_first)
    reports.importance(output / "explainability", trials.predictor, model, trials.data.validation)
    events.say("reported")


if __name__ == "__main__":
    main(sys.argv[1])
