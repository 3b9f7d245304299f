"""A Bayesian optimizer behind two pipes, in an environment that has optuna: a line of JSON in, a line of JSON out.

First `{"space": …, "maximize": …, "seed": …, "startup": …, "known": […]}`, then `{"ask": n}` and
`{"tell": n, "value": …}`. A dimension is `{"low": …, "high": …}` or `{"choices": […]}`. It ends with its input.

optuna.readthedocs.io/en/stable/tutorial/20_recipes/009_ask_and_tell.html
"""

from __future__ import annotations

import json
import sys
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.trial import Trial, TrialState

Message = dict[str, Any]


def distribution(dimension: Message) -> BaseDistribution:
    """A dimension in optuna's words."""
    if "choices" in dimension:
        return CategoricalDistribution(dimension["choices"])
    return FloatDistribution(dimension["low"], dimension["high"])


class Optimizer:
    """A study, and its trials under way."""

    def __init__(self, first: Message) -> None:
        self._space = {name: distribution(dimension) for name, dimension in first["space"].items()}
        sampler = optuna.samplers.TPESampler(seed=first["seed"], n_startup_trials=first["startup"], constant_liar=True)
        self._study = optuna.create_study(sampler=sampler, direction="maximize" if first["maximize"] else "minimize")
        self._trials: dict[int, Trial] = {}
        for item in first["known"]:
            known = optuna.trial.create_trial(
                params=item["params"], distributions=self._space, value=item["value"], state=TrialState.COMPLETE
            )
            self._study.add_trial(known)

    def answer(self, message: Message) -> Message:
        """Do what a line says."""
        if "ask" in message:
            trial = self._study.ask(self._space)
            self._trials[message["ask"]] = trial
            return {"params": trial.params}
        trial = self._trials.pop(message["tell"])
        if message["value"] is None:
            self._study.tell(trial, state=TrialState.FAIL)
        else:
            self._study.tell(trial, message["value"])
        return {}


def main() -> None:
    """Answer line by line."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    optimizer = Optimizer(json.loads(sys.stdin.readline()))
    print("{}", flush=True)
    for line in sys.stdin:
        print(json.dumps(optimizer.answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
