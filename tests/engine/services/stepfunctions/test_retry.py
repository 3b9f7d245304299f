"""Retriers and catchers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.integrations.task import TaskFailed
from slipway.engine.services.stepfunctions.retry import Retries, catcher, matches

pytestmark = pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html")


@pytest.mark.parametrize(
    ("names", "error", "covered"),
    [
        (["A"], "A", True),
        (["A"], "B", False),
        (["States.ALL"], "anything", True),
        (["States.ALL"], "States.DataLimitExceeded", False),
        (["States.ALL"], "States.Runtime", False),
        (["States.Runtime"], "States.Runtime", True),
        (["States.TaskFailed"], "S3.NoSuchKeyException", True),
        (["States.TaskFailed"], "States.Timeout", False),
    ],
)
def test_a_wildcard_covers_what_aws_says(names: list[str], error: str, covered: bool) -> None:
    assert matches(names, error) is covered


def delays(error: str, *retriers: dict[str, Any], attempts: int = 6) -> list[float | None]:
    retries = Retries({"Retry": list(retriers)})
    return [retries.delay(TaskFailed(error, "")) for _ in range(attempts)]


def test_intervals_grow_to_their_limit_and_end() -> None:
    retrier = {"ErrorEquals": ["E"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxAttempts": 4, "MaxDelaySeconds": 10}
    assert delays("E", retrier) == [2, 6, 10, 10, None, None]


def test_the_defaults_are_three_attempts_from_one_second() -> None:
    assert delays("E", {"ErrorEquals": ["States.ALL"]}, attempts=4) == [1, 2, 4, None]


def test_no_attempts_means_no_retry() -> None:
    assert delays("E", {"ErrorEquals": ["E"], "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"]}, attempts=1) == [None]


@given(st.integers(1, 100), st.integers(0, 5))
def test_full_jitter_stays_below_the_interval(interval: int, used: int) -> None:
    retrier = {"ErrorEquals": ["E"], "IntervalSeconds": interval, "MaxAttempts": 10, "JitterStrategy": "FULL"}
    found = delays("E", retrier, attempts=used + 1)[used]
    assert found is not None
    assert 0 <= found <= interval * 2**used


def test_the_first_catcher_that_matches_decides() -> None:
    state = {"Catch": [{"ErrorEquals": ["A"], "Next": "One"}, {"ErrorEquals": ["States.ALL"], "Next": "Two"}]}
    assert (catcher(state, TaskFailed("A", "")) or {})["Next"] == "One"
    assert (catcher(state, TaskFailed("B", "")) or {})["Next"] == "Two"
    assert catcher(state, TaskFailed("States.Runtime", "")) is None
