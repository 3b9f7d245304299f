"""Who chooses the next trial's hyperparameters."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from slipway.engine.engine import Engine
from slipway.engine.services.sagemaker.failures import JobFailed
from slipway.engine.services.sagemaker.tuning import bayesian
from slipway.engine.services.sagemaker.tuning.bayesian import Bayesian, Search
from slipway.engine.services.sagemaker.tuning.ranges import Choice, Range, parse
from slipway.engine.services.sagemaker.tuning.strategies import Grid, Random, Strategy, Values

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-how-it-works.html"
)
RANGES = parse(
    {
        "ContinuousParameterRanges": [
            {"Name": "x", "MinValue": "0.0001", "MaxValue": "1", "ScalingType": "Logarithmic"}
        ],
        "IntegerParameterRanges": [{"Name": "n", "MinValue": "1", "MaxValue": "10"}],
        "CategoricalParameterRanges": [{"Name": "c", "Values": ["a", "b"]}],
    }
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """What the optimizer needs of an engine."""
    return cast(Engine, SimpleNamespace(home=tmp_path_factory.mktemp("engine")))


def cost(values: Values) -> float:
    """Least at x = 0.01, n = 7, c = b."""
    return (math.log10(float(values["x"])) + 2) ** 2 + (int(values["n"]) - 7) ** 2 / 10 + (values["c"] == "a")


def asked(strategy: Strategy, count: int) -> list[Values]:
    """The values of `count` trials, each told its cost."""
    found = []
    for number in range(count):
        values = strategy.ask(number)
        assert values is not None
        strategy.tell(number, cost(values))
        found.append(values)
    strategy.close()
    return found


def search(**changes: Any) -> Search:
    return Search(**{"ranges": RANGES, "maximize": False, "seed": 7, "trials": 40, **changes})


def test_a_seed_makes_random_search_repeatable() -> None:
    assert asked(Random(RANGES, 1), 5) == asked(Random(RANGES, 1), 5)
    assert asked(Random(RANGES, 1), 5) != asked(Random(RANGES, 2), 5)


def test_random_search_tries_nothing_twice_while_there_is_something_else() -> None:
    few: list[Range] = [Choice("c", ("a", "b", "c"))]
    drawn = Random(few, 1)
    assert sorted(str(drawn.ask(number)) for number in range(3)) == ["{'c': 'a'}", "{'c': 'b'}", "{'c': 'c'}"]
    assert drawn.ask(3) is not None


def test_a_grid_is_every_combination_once() -> None:
    grid = Grid([Choice("a", ("1", "2")), Choice("b", ("x", "y"))])
    found = [grid.ask(number) for number in range(5)]
    assert found[:4] == [{"a": a, "b": b} for a in "12" for b in "xy"]
    assert found[4] is None


def test_bayesian_search_learns_and_a_seed_makes_it_repeatable(engine: Engine) -> None:
    found = asked(Bayesian(engine, search()), 40)
    assert sum(map(cost, found[-10:])) < sum(map(cost, found[:10])) / 2
    assert asked(Bayesian(engine, search()), 12) == found[:12]


def test_what_earlier_jobs_found_is_learned_from_at_once(engine: Engine) -> None:
    known = [(values, cost(values)) for values in asked(Random(RANGES, 3), 60)]
    warm = asked(Bayesian(engine, search(known=known)), 6)
    cold = asked(Random(RANGES, 7), 6)
    assert sum(map(cost, warm)) < sum(map(cost, cold)) / 2


def test_known_values_outside_of_what_is_searched_now_are_left_out() -> None:
    known = [({"x": "2", "n": "1", "c": "a"}, 1.0), ({"n": "1", "c": "a"}, 1.0), ({"x": "1", "n": "1", "c": "a"}, 2.0)]
    assert search(known=known).first()["known"] == [{"params": {"x": 0.0, "n": 1.0, "c": "a"}, "value": 2.0}]


def test_trials_may_be_under_way_together_and_have_no_objective(engine: Engine) -> None:
    strategy = Bayesian(engine, search(trials=9))
    first = [strategy.ask(number) for number in range(3)]
    strategy.tell(2, None)
    strategy.tell(0, 1.0)
    assert strategy.ask(3) not in first
    strategy.close()


def test_an_optimizer_that_ends_fails_the_job(engine: Engine) -> None:
    strategy = Bayesian(engine, search())
    with pytest.raises(JobFailed, match="InternalServerError: the optimizer ended with exit code 1"):
        strategy.tell(99, 1.0)
    strategy.close()


def test_packages_that_cannot_be_installed_fail_the_job(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        bayesian.packages, "to_json", lambda *_: b'{"python": "3.11", "installs": [{"arguments": ["-x"]}]}'
    )
    with pytest.raises(JobFailed, match="the optimizer could not be installed: installing packages failed"):
        bayesian.install(engine)


def test_the_environment_is_made_once_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    place = cast(Engine, SimpleNamespace(home=tmp_path))
    with caplog.at_level("INFO", "slipway"):
        assert bayesian.install(place) == bayesian.install(place)
    assert caplog.text.count("installing optuna for Bayesian tuning, the first time only") == 1
