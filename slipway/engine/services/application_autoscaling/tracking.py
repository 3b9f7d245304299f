"""Target tracking: the service watches its policies' alarms and keeps the metric near the target.

Scaling out follows the metric at once; scaling in goes one instance at a time, since AWS only says that it is more
gradual. Cooldowns pass at the speed of the engine's clock.

docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html
"""

from __future__ import annotations

import json
import logging
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine.errors import AwsError
from slipway.engine.services.application_autoscaling import activities, capacity, linked_role
from slipway.engine.services.application_autoscaling.policies import DEFAULT_COOLDOWN
from slipway.engine.services.application_autoscaling.service import SERVICE, Record, policies, targets

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

_TICK_SECONDS = 20.0
_SHORTEST_TICK = 0.3

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LastScaling:
    """The last change that a policy made: when it ends its cooldown, from and to how many instances."""

    at: float = 0.0
    before: int = 0
    after: int = 0


@SERVICE.on_start
def start(engine: Engine) -> None:
    """Take up activities that were in progress, and begin to watch."""
    activities.resume(engine)
    engine.spawn("target tracking", _run, engine)


def _run(engine: Engine) -> None:
    tick = max(_SHORTEST_TICK, engine.clock.real(_TICK_SECONDS))
    while not engine.stopping.wait(tick):
        for key, policy in list(policies(engine).items()):
            try:
                _track(engine, key, policy)
            except (ClientError, BotoCoreError, AwsError) as error:
                if not engine.stopping.is_set():
                    logger.warning("policy %s: %s", policy["PolicyName"], error)


def _track(engine: Engine, key: str, policy: Record) -> None:
    alarm = _alarm_in_alarm(engine, policy)
    target = targets(engine).get(policy["ResourceId"])
    if alarm is None or target is None:
        return
    now = capacity.read(engine, policy["ResourceId"])
    if now is None or not now.settled:
        return
    out = "-AlarmHigh-" in alarm["AlarmName"]
    if target["SuspendedState"]["DynamicScalingOutSuspended" if out else "DynamicScalingInSuspended"]:
        return
    last = LastScaling(**policy.get("Last", {}))
    wanted = desired(engine, policy, target, now.desired, _metric(alarm), last, out=out)
    if wanted == now.desired:
        return
    cause = f"monitor alarm {alarm['AlarmName']} in state ALARM triggered policy {policy['PolicyName']}"
    activities.change(engine, policy["ResourceId"], wanted, cause)
    scaled = {"at": time.time(), "before": now.desired, "after": wanted}
    policies(engine).change(key, lambda record: record.update(Last=scaled))


def _alarm_in_alarm(engine: Engine, policy: Record) -> dict[str, Any] | None:
    """The policy's alarm that is in ALARM; the high one first, since availability comes before cost."""
    names = [alarm["AlarmName"] for alarm in policy["Alarms"]]
    answer = linked_role.session(engine).client("cloudwatch").describe_alarms(AlarmNames=names, StateValue="ALARM")
    raised: list[dict[str, Any]] = sorted(answer["MetricAlarms"], key=lambda alarm: alarm["AlarmName"])
    return raised[0] if raised else None


def _metric(alarm: dict[str, Any]) -> float:
    """The newest data point that the alarm was judged by; the threshold when it has none."""
    points = json.loads(alarm.get("StateReasonData") or "{}").get("recentDatapoints")
    return float(points[-1] if points else alarm["Threshold"])


def desired(
    engine: Engine, policy: Record, target: Record, count: int, metric: float, last: LastScaling, *, out: bool
) -> int:
    """How many instances the variant should have.

    During a scale-out cooldown what was added counts: only a larger scale-out than the last one takes effect. Scaling
    in waits for the end of either cooldown.
    """
    configuration = policy["TargetTrackingScalingPolicyConfiguration"]
    since = time.time() - last.at
    cooling_out = last.after > last.before and since < _cooldown(engine, configuration, "ScaleOutCooldown")
    cooling_in = last.after < last.before and since < _cooldown(engine, configuration, "ScaleInCooldown")
    if out:
        base = last.before if cooling_out else count
        # Without instances the metric is that of all requests that wait, as if there were one.
        wanted = math.ceil(max(1, base) * metric / float(configuration["TargetValue"]))
        return max(count, min(wanted, int(target["MaxCapacity"])))
    if cooling_out or cooling_in or configuration.get("DisableScaleIn"):
        return count
    return max(int(target["MinCapacity"]), min(count, count - 1))


def _cooldown(engine: Engine, configuration: Record, name: str) -> float:
    return engine.clock.real(float(configuration.get(name, DEFAULT_COOLDOWN)))
