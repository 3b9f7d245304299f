"""An execution of a state machine, read from its history: the states it entered and the jobs it started.

docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html

What it has an orchestrator do is told as if it were its own: a SageMaker pipeline's steps stand among the states.
docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelineExecutionSteps.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from slipway.target import Target

_FAILED = frozenset({"ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"})
_STEPS = {"Succeeded": "Succeeded", "Failed": "Failed", "Stopped": "Failed"}


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
    """The states that an execution entered, in that order, and the steps of the pipeline that it started."""
    events = _history(target, execution_arn)
    return [*_entered(events), *(_step(step) for step in _pipeline_steps(target, events))]


def _entered(events: list[dict[str, Any]]) -> list[State]:
    found: dict[str, State] = {}
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


def _step(step: dict[str, Any]) -> State:
    return State(step["StepName"], _STEPS.get(step["StepStatus"], "InProgress"), step["StartTime"], step.get("EndTime"))


def jobs(target: Target, execution_arn: str) -> list[Job]:
    """The jobs that an execution started, in that order: their ARNs are what its tasks were answered with."""
    events = _history(target, execution_arn)
    outputs = _outputs(events, "taskSubmittedEventDetails")
    arns = [value for output in outputs for name, value in output.items() if name.endswith("JobArn")]
    for step in _pipeline_steps(target, events):
        arns += [made["Arn"] for kind, made in step.get("Metadata", {}).items() if kind.endswith("Job")]
    return [_job(arn) for arn in arns]


def _pipeline_steps(target: Target, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps of the pipelines that tasks started, in the order in which they began."""
    started = [
        output["PipelineExecutionArn"]
        for output in _outputs(events, "taskSucceededEventDetails")
        if output.keys() == {"PipelineExecutionArn"}
    ]
    if not started:
        return []
    paginator = target.client("sagemaker").get_paginator("list_pipeline_execution_steps")
    pages = (page for arn in started for page in paginator.paginate(PipelineExecutionArn=arn, SortOrder="Ascending"))
    return [step for page in pages for step in page["PipelineExecutionSteps"]]


def _outputs(events: list[dict[str, Any]], details: str) -> list[dict[str, Any]]:
    """The objects that tasks were answered with."""
    found = [json.loads(event[details].get("output") or "{}") for event in events if details in event]
    return [output for output in found if isinstance(output, dict)]


def _job(arn: str) -> Job:
    kind, _, name = arn.rpartition(":")[2].partition("/")
    return Job(kind.removesuffix("-job"), name)


def _history(target: Target, execution_arn: str) -> list[dict[str, Any]]:
    pages = target.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=execution_arn)
    return [event for page in pages for event in page["events"]]
