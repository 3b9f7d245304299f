"""An execution of a state machine, read from its history: the states it entered and the jobs it started.

docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html

What it has an orchestrator do is told as if it were its own: a SageMaker pipeline's steps and a Glue workflow's jobs
stand among the states.
docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelineExecutionSteps.html
docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from slipway.target import Target

_FAILED = frozenset({"ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"})
_JOB_RUNS = {"SUCCEEDED": "Succeeded", **dict.fromkeys(("FAILED", "ERROR", "STOPPED", "TIMEOUT", "EXPIRED"), "Failed")}
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
    """A SageMaker job: its kind (`processing`, `training`, `automl`) and name, as its ARN has them."""

    kind: str
    name: str


def states(target: Target, execution_arn: str) -> list[State]:
    """The states that an execution entered, in that order, and the steps of what it started to orchestrate."""
    events = _history(target, execution_arn)
    runs = (run for flow in _workflow_runs(target, events) for run in _job_runs(flow))
    return [*_entered(events), *map(_step, _pipeline_steps(target, events)), *map(_job_run, runs)]


def _entered(events: list[dict[str, Any]]) -> list[State]:
    found: dict[str, State] = {}
    failed_jobs = {event["id"] for event in events if _is_failed_job(event)}
    for event in events:
        if "stateEnteredEventDetails" in event:
            name = event["stateEnteredEventDetails"]["name"]
            found[name] = State(name, "InProgress", event["timestamp"])
        elif "stateExitedEventDetails" in event:
            name = event["stateExitedEventDetails"]["name"]
            # A state whose job failed is left like any other where the machine catches that.
            status = "Failed" if event.get("previousEventId") in failed_jobs else "Succeeded"
            found[name] = replace(found[name], status=status, ended=event["timestamp"])
    failed = next((event for event in events if event["type"] in _FAILED), None)
    if failed is None:
        return list(found.values())
    # The state that the execution failed in was never exited.
    return [
        state if state.ended else replace(state, status="Failed", ended=failed["timestamp"]) for state in found.values()
    ]


def _is_failed_job(event: dict[str, Any]) -> bool:
    """Whether a task that waited for a job was told that it failed; a call that failed may be an answer like any."""
    details = event.get("taskFailedEventDetails") or event.get("taskTimedOutEventDetails") or {}
    return str(details.get("resource", "")).endswith(".sync")


def _step(step: dict[str, Any]) -> State:
    return State(step["StepName"], _STEPS.get(step["StepStatus"], "InProgress"), step["StartTime"], step.get("EndTime"))


def _job_run(run: dict[str, Any]) -> State:
    return State(
        run["JobName"], _JOB_RUNS.get(run["JobRunState"], "InProgress"), run["StartedOn"], run.get("CompletedOn")
    )


def jobs(target: Target, execution_arn: str) -> list[Job]:
    """The jobs that an execution started: their ARNs are what its tasks were answered with."""
    events = _history(target, execution_arn)
    submitted = _outputs(events, "taskSubmittedEventDetails")
    arns = [value for output in submitted for name, value in output.items() if name.endswith("JobArn")]
    runs = [output["JobRunId"] for output in submitted if "JobRunId" in output]
    # There is no .sync for AutoML jobs: what starts one is a call like any other.
    called = _outputs(events, "taskSucceededEventDetails")
    arns += [output["AutoMLJobArn"] for output in called if output.keys() == {"AutoMLJobArn"}]
    for step in _pipeline_steps(target, events):
        metadata = step.get("Metadata", {})
        arns += [made["Arn"] for kind, made in metadata.items() if kind.endswith("Job")]
        # A callback of ours tells which run of Glue's answered it, once that has succeeded.
        told = metadata.get("Callback", {}).get("OutputParameters", [])
        runs += [output["Value"] for output in told if output["Name"] == "jobRunId"]
    for flow in _workflow_runs(target, events):
        # The jobs of our workflow tell in its properties what they started.
        arns += [value for name, value in flow.get("WorkflowRunProperties", {}).items() if name.endswith("_job")]
        runs += [run["Id"] for run in _job_runs(flow)]
    return [*(Job("glue", run) for run in runs), *map(_job, arns)]


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


def _workflow_runs(target: Target, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The runs of Glue workflows that tasks asked after, as they are now."""
    outputs = _outputs(events, "taskSucceededEventDetails")
    told = (output["Run"] for output in outputs if "WorkflowRunId" in output.get("Run", {}))
    asked = {(run["Name"], run["WorkflowRunId"]) for run in told}
    if not asked:
        return []
    glue = target.client("glue")
    return [glue.get_workflow_run(Name=name, RunId=run, IncludeGraph=True)["Run"] for name, run in asked]


def _job_runs(run: dict[str, Any]) -> list[dict[str, Any]]:
    nodes = run.get("Graph", {}).get("Nodes", [])
    found = [one for node in nodes for one in node.get("JobDetails", {}).get("JobRuns", [])]
    return sorted(found, key=lambda one: one["StartedOn"])


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
