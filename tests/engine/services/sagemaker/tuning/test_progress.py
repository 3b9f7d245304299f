"""How far a tuning job is."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.services.sagemaker.tuning.progress import best_of, is_hopeless, is_reached, not_improving

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-progress.html")


def job(kind: str = "Maximize", **criteria: Any) -> dict[str, Any]:
    """A tuning job's record."""
    goal = {"Type": kind, "MetricName": "score"}
    config = {"HyperParameterTuningJobObjective": goal, "TuningJobCompletionCriteria": criteria}
    return {"HyperParameterTuningJobConfig": config}


def trials(*values: float | None) -> list[dict[str, Any]]:
    """Training jobs that ended one after the other with these objectives."""
    return [
        {
            "TrainingJobName": str(number),
            "TrainingJobStatus": "Failed" if value is None else "Completed",
            "TrainingEndTime": float(number),
            "FinalMetricDataList": [] if value is None else [{"MetricName": "score", "Value": value}],
        }
        for number, value in enumerate(values)
    ]


@pytest.mark.parametrize(("kind", "best"), [("Maximize", "2"), ("Minimize", "0")])
def test_the_best_trial_is_the_largest_or_the_smallest_and_the_first_of_several(kind: str, best: str) -> None:
    found = best_of(job(kind), trials(1.0, 2.0, 3.0, 3.0, None))
    assert found is not None
    assert found["TrainingJobName"] == best
    assert best_of(job(kind), trials(None)) is None


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_BestObjectiveNotImproving.html")
@pytest.mark.parametrize(
    ("kind", "values", "count"),
    [
        ("Maximize", (), 0),
        ("Maximize", (1.0, 1.005, 0.5), 2),
        ("Maximize", (1.0, 0.5, 1.02), 0),
        ("Maximize", (0.0, 0.1), 0),
        ("Minimize", (1.0, 0.995), 1),
        ("Minimize", (1.0, 0.9, None), 0),
        ("Minimize", (-1.0, -1.02, -1.0), 1),
    ],
)
def test_less_than_one_percent_is_no_improvement(kind: str, values: tuple[float | None, ...], count: int) -> None:
    assert not_improving(job(kind), trials(*values)) == count


@pytest.mark.parametrize(
    ("kind", "values", "reached"), [("Maximize", (0.8,), False), ("Maximize", (0.9,), True), ("Minimize", (0.8,), True)]
)
def test_a_target_is_reached_from_its_own_side(kind: str, values: tuple[float, ...], reached: bool) -> None:
    assert is_reached(job(kind, TargetObjectiveMetricValue=0.9), trials(*values)) is reached


@pytest.mark.parametrize(
    ("values", "hopeless"), [((None,) * 4, False), ((None,) * 5, True), ((None, 1.0, None, None, None), False)]
)
def test_five_trials_without_an_objective_are_enough(values: tuple[float | None, ...], hopeless: bool) -> None:
    assert is_hopeless(job(), trials(*values)) is hopeless
