"""How a DeploymentConfig becomes steps, and which ones are refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker.hosting import policy
from slipway.engine.services.sagemaker.hosting.policy import Step

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html")


def config(kind: str, termination: int = 0, **routing: Any) -> dict[str, Any]:
    """A blue/green DeploymentConfig."""
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": kind, "WaitIntervalInSeconds": 30, **routing},
            "TerminationWaitInSeconds": termination,
        }
    }


def size(value: int, kind: str = "CAPACITY_PERCENT") -> dict[str, Any]:
    """A CapacitySize."""
    return {"Type": kind, "Value": value}


def test_without_a_configuration_everything_shifts_at_once() -> None:
    assert policy.plan(None, 1) == policy.ALL_AT_ONCE


def test_all_at_once_bakes_before_the_old_fleet_ends() -> None:
    assert policy.plan(config("ALL_AT_ONCE", 60), 1).steps == (Step(1.0, 60),)


def test_a_canary_takes_its_share_then_everything() -> None:
    assert policy.plan(config("CANARY", 10, CanarySize=size(25)), 4).steps == (Step(0.25, 30), Step(1.0, 10))


def test_a_linear_shift_goes_in_equal_steps() -> None:
    steps = policy.plan(config("LINEAR", LinearStepSize=size(1, "INSTANCE_COUNT")), 4).steps
    assert [step.green_share for step in steps] == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize(
    ("deployment", "instances", "message"),
    [
        pytest.param(config("CANARY", CanarySize=size(50)), 1, "it must be at most 50%", id="canary of one instance"),
        pytest.param(
            config("LINEAR", LinearStepSize=size(1, "INSTANCE_COUNT")),
            20,
            "it must be between 10% and 50%",
            id="a linear step of a twentieth",
        ),
    ],
)
def test_a_share_that_sagemaker_does_not_take_is_refused(
    deployment: dict[str, Any], instances: int, message: str
) -> None:
    with pytest.raises(AwsError, match=message):
        policy.plan(deployment, instances)


@pytest.mark.parametrize(
    ("deployment", "message"),
    [
        pytest.param(config("CANARY"), "of type CANARY requires a CanarySize", id="canary without size"),
        pytest.param(
            config("ALL_AT_ONCE", CanarySize=size(10)),
            "of type ALL_AT_ONCE does not take a CanarySize",
            id="size without canary",
        ),
        pytest.param(
            {"RollingUpdatePolicy": {"MaximumBatchSize": size(10)}},
            "DeploymentConfig.RollingUpdatePolicy is not executed by this engine",
            id="rolling",
        ),
        pytest.param(
            {"AutoRollbackConfiguration": {"Alarms": []}}, "must hold a BlueGreenUpdatePolicy", id="alarms alone"
        ),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(deployment: dict[str, Any], message: str) -> None:
    with pytest.raises(AwsError, match=message):
        policy.check("UpdateEndpoint", deployment)


def test_a_timeout_shorter_than_the_waits_is_refused() -> None:
    deployment = config("ALL_AT_ONCE", 600)
    deployment["BlueGreenUpdatePolicy"]["MaximumExecutionTimeoutInSeconds"] = 600
    with pytest.raises(AwsError, match=r"at least TerminationWaitInSeconds plus WaitIntervalInSeconds \(630 seconds\)"):
        policy.check("UpdateEndpoint", deployment)


@given(percent=st.integers(10, 50), instances=st.integers(2, 50))
def test_every_plan_ends_with_all_the_traffic_and_never_gives_it_back(percent: int, instances: int) -> None:
    try:
        steps = policy.plan(config("LINEAR", LinearStepSize=size(percent)), instances).steps
    except AwsError:
        return
    shares = [step.green_share for step in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
