"""Load on production until autoscaling adds an instance, then none until it takes it away again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slipway import load
from slipway.api import Api
from slipway.follow import RunFailed
from slipway.target import Target

_OUT_SECONDS = 60.0
_IN_SECONDS = 120.0


@dataclass(frozen=True)
class Scaled:
    """The instance counts in the order in which they were seen, and the answers by HTTP status, 0 for none."""

    counts: list[int]
    statuses: dict[str, int]


def scale(target: Target, endpoint: str, api: Api, features: Any, say: Callable[[str], None]) -> Scaled:
    """Do it; RunFailed when autoscaling does not answer in time."""
    counts: list[int] = []

    def seen(count: int) -> None:
        if not counts or counts[-1] != count:
            counts.append(count)
            say(f"{endpoint}: {count} instance{'' if count == 1 else 's'}")

    start = load.instances(target, endpoint)
    sender = load.Load(api, features)
    sender.start()
    try:
        peak = load.wait_for_instances(target, endpoint, lambda count: count > start, _OUT_SECONDS, seen)
    finally:
        sender.stop()
    statuses = {str(status): count for status, count in sorted(sender.statuses.items())}
    say(f"answers by status: {statuses}")
    where = (
        "`slipway env`, then `aws application-autoscaling describe-scaling-activities --service-namespace sagemaker`"
    )
    if peak <= start:
        raise RunFailed(f"autoscaling added no instance to {endpoint} within {_OUT_SECONDS:.0f} s of load; {where}")
    low = load.wait_for_instances(target, endpoint, lambda count: count <= start, _IN_SECONDS, seen)
    if low > start:
        raise RunFailed(
            f"autoscaling took no instance from {endpoint} within {_IN_SECONDS:.0f} s without load; {where}"
        )
    return Scaled(counts, statuses)
