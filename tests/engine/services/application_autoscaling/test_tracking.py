"""How many instances a policy wants."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.clock import Clock
from slipway.engine.services.application_autoscaling.tracking import LastScaling, desired

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html"
)

ENGINE: Any = SimpleNamespace(clock=Clock(1.0))
TARGET = {"MinCapacity": 2, "MaxCapacity": 6}


def policy(**configuration: Any) -> dict[str, Any]:
    return {"TargetTrackingScalingPolicyConfiguration": {"TargetValue": 10.0, **configuration}}


def wanted(count: int, metric: float, last: LastScaling = LastScaling(), *, out: bool = True, **more: Any) -> int:  # noqa: B008
    return desired(ENGINE, policy(**more), TARGET, count, metric, last, out=out)


@pytest.mark.parametrize(
    ("count", "metric", "expected"),
    [
        pytest.param(2, 11.0, 3, id="a little above"),
        pytest.param(2, 20.0, 4, id="twice the target"),
        pytest.param(2, 500.0, 6, id="never above the maximum"),
        pytest.param(3, 1.0, 3, id="never in by the high alarm"),
    ],
)
def test_scaling_out_follows_the_metric(count: int, metric: float, expected: int) -> None:
    assert wanted(count, metric) == expected


def test_during_a_scale_out_cooldown_only_a_larger_scale_out_takes_effect() -> None:
    last = LastScaling(at=time.time(), before=2, after=3)
    assert wanted(3, 14.0, last) == 3
    assert wanted(3, 25.0, last) == 5


def test_after_the_cooldown_the_present_count_is_what_counts() -> None:
    last = LastScaling(at=time.time() - 301, before=2, after=3)
    assert wanted(3, 14.0, last) == 5


def test_scaling_in_goes_one_at_a_time_down_to_the_minimum() -> None:
    assert wanted(4, 0.0, out=False) == 3
    assert wanted(2, 0.0, out=False) == 2


@pytest.mark.parametrize(("before", "after"), [(2, 4), (5, 4)])
def test_scaling_in_waits_for_either_cooldown(before: int, after: int) -> None:
    last = LastScaling(at=time.time(), before=before, after=after)
    assert wanted(4, 0.0, last, out=False) == 4


def test_scaling_in_can_be_turned_off() -> None:
    assert wanted(4, 0.0, out=False, DisableScaleIn=True) == 4


@given(st.integers(2, 6), st.floats(0, 1e6), st.booleans())
def test_the_count_stays_between_the_bounds(count: int, metric: float, out: bool) -> None:
    assert TARGET["MinCapacity"] <= wanted(count, metric, out=out) <= TARGET["MaxCapacity"]
