"""A DeploymentConfig: checked when it is given, and turned into steps.

docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html
docs.aws.amazon.com/sagemaker/latest/APIReference/API_BlueGreenUpdatePolicy.html
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from slipway.engine.services.sagemaker.refusal import accept_only
from slipway.engine.services.sagemaker.service import invalid

_HALF, _TENTH = 0.5, 0.1
_SIZE_OF = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}


@dataclass(frozen=True)
class Step:
    """Give green this share of the traffic, then watch for so many seconds."""

    green_share: float
    bake_seconds: int


@dataclass(frozen=True)
class Policy:
    """How one update goes: its steps, its alarms, and how long it may take (None: as long as it needs)."""

    steps: tuple[Step, ...]
    alarms: tuple[str, ...] = ()
    timeout_seconds: int | None = None


ALL_AT_ONCE = Policy((Step(1.0, 0),))


def check(operation: str, config: dict[str, Any]) -> None:
    """Refuse a configuration that SageMaker, or this engine, does not execute."""
    accept_only(operation, {"DeploymentConfig": config}, _ACCEPTED)
    if "BlueGreenUpdatePolicy" not in config:
        raise invalid("DeploymentConfig must hold a BlueGreenUpdatePolicy")
    _check_routing(config["BlueGreenUpdatePolicy"])


_ACCEPTED = ("DeploymentConfig.BlueGreenUpdatePolicy", "DeploymentConfig.AutoRollbackConfiguration")


def _check_routing(policy: dict[str, Any]) -> None:
    routing = policy["TrafficRoutingConfiguration"]
    wanted = _SIZE_OF.get(routing["Type"])
    for member in _SIZE_OF.values():
        if (member in routing) != (member == wanted):
            needs = "requires" if member == wanted else "does not take"
            raise invalid(f"TrafficRoutingConfiguration of type {routing['Type']} {needs} a {member}")
    least = policy.get("TerminationWaitInSeconds", 0) + routing["WaitIntervalInSeconds"]
    if policy.get("MaximumExecutionTimeoutInSeconds", least) < least:
        raise invalid(
            "MaximumExecutionTimeoutInSeconds must be at least TerminationWaitInSeconds plus WaitIntervalInSeconds "
            f"({least} seconds)"
        )


def plan(config: dict[str, Any] | None, instances: int) -> Policy:
    """The steps for a green fleet of `instances`; without a configuration everything at once and no bake.

    A canary may take half of the green fleet at most, so it needs two instances; a linear step is between a tenth and
    a half. docs.aws.amazon.com/sagemaker/latest/APIReference/API_TrafficRoutingConfig.html
    """
    if not config:
        return ALL_AT_ONCE
    policy = config["BlueGreenUpdatePolicy"]
    alarms = config.get("AutoRollbackConfiguration", {}).get("Alarms", [])
    return Policy(
        _steps(policy, instances),
        tuple(alarm["AlarmName"] for alarm in alarms),
        policy.get("MaximumExecutionTimeoutInSeconds"),
    )


def _steps(policy: dict[str, Any], instances: int) -> tuple[Step, ...]:
    routing = policy["TrafficRoutingConfiguration"]
    wait: int = routing["WaitIntervalInSeconds"]
    last = Step(1.0, policy.get("TerminationWaitInSeconds", 0))
    if routing["Type"] == "ALL_AT_ONCE":
        return (last,)
    share = _share(routing, instances)
    if routing["Type"] == "CANARY":
        return (Step(share, wait), last)
    count = math.ceil(1 / share)
    return (*(Step(share * number, wait) for number in range(1, count)), last)


def _share(routing: dict[str, Any], instances: int) -> float:
    member = _SIZE_OF[routing["Type"]]
    size = routing[member]
    percent = size["Type"] == "CAPACITY_PERCENT"
    count = max(1, instances * size["Value"] // 100) if percent else size["Value"]
    share = count / instances
    if share > _HALF or (member == "LinearStepSize" and share < _TENTH):
        allowed = "at most 50%" if member == "CanarySize" else "between 10% and 50%"
        raise invalid(
            f"{member} of {size['Value']} ({size['Type']}) is {count} of {instances} instance(s); it must be {allowed} "
            "of the variant's instances"
        )
    return float(share)
