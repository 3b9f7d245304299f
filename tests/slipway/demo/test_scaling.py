from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from slipway import load
from slipway.api import Answer, Api
from slipway.demo import scaling
from slipway.follow import RunFailed
from tests.slipway.stubs import Aws


class Quick(Api):
    """Answers at once."""

    def call(self, features: Any) -> Answer:
        return Answer(200, {})


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the endpoint have these instances, one look after the other, then the last of them."""

    def let(*told: int) -> None:
        left = list(told)
        monkeypatch.setattr(load, "instances", lambda target, endpoint: left.pop(0) if len(left) > 1 else left[0])
        monkeypatch.setattr(load, "POLL_SECONDS", 0.01)
        monkeypatch.setattr(scaling, "_OUT_SECONDS", 0.2)
        monkeypatch.setattr(scaling, "_IN_SECONDS", 0.2)

    return let


def scale(heard: list[str]) -> scaling.Scaled:
    aws = Aws()
    return scaling.scale(aws.target, "churn-production", Quick(aws.install(), "http://x", ""), [1], heard.append)


def test_every_count_is_told_once(counts: Callable[..., None]) -> None:
    counts(2, 2, 2, 4, 4, 3, 2)
    heard: list[str] = []
    scaled = scale(heard)
    assert scaled.counts == [2, 4, 3, 2]
    assert list(scaled.statuses) == ["200"]
    assert heard[0] == "churn-production: 2 instances"


def test_no_instance_under_load_is_a_failure_that_says_where_to_look(counts: Callable[..., None]) -> None:
    counts(2)
    with pytest.raises(RunFailed, match=r"added no instance to churn-production.*describe-scaling-activities"):
        scale([])


def test_an_instance_that_stays_without_load_is_a_failure(counts: Callable[..., None]) -> None:
    counts(2, 3)
    with pytest.raises(RunFailed, match="took no instance from churn-production"):
        scale([])
