"""When a step is tried again: its own RetryPolicies, else those that pipelines apply by themselves.

docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from slipway.engine.services.sagemaker.pipelines.errors import unparsable

SERVICE_FAULT, THROTTLING = "Step.SERVICE_FAULT", "Step.THROTTLING"
INTERNAL_ERROR, CAPACITY_ERROR = "SageMaker.JOB_INTERNAL_ERROR", "SageMaker.CAPACITY_ERROR"
RESOURCE_LIMIT = "SageMaker.RESOURCE_LIMIT"
_SPELLINGS = {"SageMaker.JOB_CAPACITY_ERROR": CAPACITY_ERROR}
_KINDS = (SERVICE_FAULT, THROTTLING, INTERNAL_ERROR, CAPACITY_ERROR, RESOURCE_LIMIT)
_MEMBERS = frozenset({"ExceptionType", "IntervalSeconds", "BackoffRate", "MaxAttempts", "ExpireAfterMin"})
_MOST = {"IntervalSeconds": 43200, "MaxAttempts": 20, "ExpireAfterMin": 14400}
_INTERVAL, _BACKOFF, _ATTEMPTS = 1, 2.0, 5


@dataclass(frozen=True)
class Policy:
    """One retry policy."""

    kinds: frozenset[str]
    interval: float = _INTERVAL
    backoff: float = _BACKOFF
    attempts: int | None = _ATTEMPTS
    expires: float | None = None

    def pause(self, retried: int, began: float, factor: float) -> float | None:
        """Seconds of AWS's time before the next retry, None when there is none."""
        age = (time.time() - began) * factor
        if self.expires is not None and age >= self.expires:
            return None
        if self.attempts is not None and retried >= self.attempts:
            return None
        return float(self.interval * self.backoff**retried)


# "Pipelines retries on this type of error automatically."
_BY_ITSELF = Policy(frozenset({SERVICE_FAULT, THROTTLING}))


def policy_for(kind: str, declared: Iterable[Mapping[str, Any]]) -> Policy | None:
    """The policy for an exception, None when there is none."""
    for policy in (*map(_policy, declared), _BY_ITSELF):
        if kind in policy.kinds:
            return policy
    return None


def _policy(item: Mapping[str, Any]) -> Policy:
    expires = item.get("ExpireAfterMin")
    return Policy(
        frozenset(_SPELLINGS.get(kind, kind) for kind in item["ExceptionType"]),
        item.get("IntervalSeconds", _INTERVAL),
        item.get("BackoffRate", _BACKOFF),
        None if expires is not None else item.get("MaxAttempts", _ATTEMPTS),
        None if expires is None else expires * 60,
    )


def check(policies: Any, where: str) -> None:
    """Refuse what is no list of retry policies."""
    if not isinstance(policies, list):
        raise unparsable(f"{where}: RetryPolicies must be a list.")
    for item in policies:
        _check_one(item, where)


def _check_one(item: Any, where: str) -> None:
    if not isinstance(item, dict) or set(item) - _MEMBERS:
        raise unparsable(f"{where}: a retry policy has the members {', '.join(sorted(_MEMBERS))}.")
    kinds = item.get("ExceptionType")
    known = (*_KINDS, *_SPELLINGS)
    if not isinstance(kinds, list) or not kinds or any(kind not in known for kind in kinds):
        raise unparsable(f"{where}: ExceptionType of a retry policy must be a list of [{', '.join(_KINDS)}].")
    if "MaxAttempts" in item and "ExpireAfterMin" in item:
        raise unparsable(f"{where}: only one of MaxAttempts or ExpireAfterMin can be given in a retry policy.")
    for name, most in _MOST.items():
        value = item.get(name, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise unparsable(f"{where}: {name} of a retry policy must be an Integer from 0 to {most}.")
    backoff = item.get("BackoffRate", _BACKOFF)
    if not isinstance(backoff, int | float) or isinstance(backoff, bool) or backoff <= 0:
        raise unparsable(f"{where}: BackoffRate of a retry policy must be a positive number.")
