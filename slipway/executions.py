"""An execution of a state machine, read from its history: the states it entered and the jobs it started.

docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from slipway.target import Target

_FAILED = frozenset({"ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"})


@dataclass(frozen=True)
class State:
    """A state that was entered; entered again, it is the last time that counts."""

    name: str
    status: str
    started: datetime
    ended: datetime | None = None

    @property
    def seconds(self) -> float:
        """How long it took, or has taken up to now."""
        return ((self.ended or datetime.now(UTC)) - self.started).total_seconds()


@dataclass(frozen=True)
class Job:
    """A SageMaker job: its kind (`processing`, `training`) and name, as its ARN has them."""

    kind: str
    name: str


def states(target: Target, execution_arn: str) -> list[State]:
    """The states that an execution entered, in that order."""
    found: dict[str, State] = {}
    events = _history(target, execution_arn)
    for event in events:
        if "stateEnteredEventDetails" in event:
            name = event["stateEnteredEventDetails"]["name"]
            found[name] = State(name, "InProgress", event["timestamp"])
        elif "stateExitedEventDetails" in event:
            name = event["stateExitedEventDetails"]["name"]
            found[name] = replace(found[name], status="Succeeded", ended=event["timestamp"])
    failed = next((event for event in events if event["type"] in _FAILED), None)
    if failed is None:
        return list(found.values())
    # The state that the execution failed in was never exited.
    return [
        state if state.ended else replace(state, status="Failed", ended=failed["timestamp"]) for state in found.values()
    ]


def jobs(target: Target, execution_arn: str) -> list[Job]:
    """The jobs that an execution started, in that order: their ARNs are what its tasks were answered with."""
    outputs = (
        json.loads(event["taskSubmittedEventDetails"].get("output") or "{}")
        for event in _history(target, execution_arn)
        if "taskSubmittedEventDetails" in event
    )
    arns = (value for output in outputs for name, value in output.items() if name.endswith("JobArn"))
    return [_job(arn) for arn in arns]


def _job(arn: str) -> Job:
    kind, _, name = arn.rpartition(":")[2].partition("/")
    return Job(kind.removesuffix("-job"), name)


def _history(target: Target, execution_arn: str) -> list[dict[str, Any]]:
    pages = target.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=execution_arn)
    return [event for page in pages for event in page["events"]]
