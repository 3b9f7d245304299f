"""Pipeline runs as CodePipeline tells them: stages, actions, times, failures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from slipway.errors import BadInput, NotFound
from slipway.install import Install

LATEST = "latest"
# What a failed execution of a state machine is told with: which one. Its cause may begin with its error's name again.
_EXECUTION = re.compile(r"^The execution \S+ ended with status [A-Z_]+: ")
_TWICE = re.compile(r"^([\w.]+: )\1")
# A rule of cf/triggers.yaml, by the logical id in its generated name; the function that takes drops, by its session.
_RULES = {"-Push-": "git push", "-Upload-": "a new source zip", "-Scheduled-": "the schedule"}
_DROP = re.compile(r":assumed-role/.+/\S+-drop$")
_STARTED_BY = {
    "CreatePipeline": "the launch",
    "StartPipelineExecution": "a person",
    **dict.fromkeys(("PollForSourceChanges", "Webhook", "WebhookV2"), "git push"),
    **dict.fromkeys(("ManualRollback", "AutomatedRollback"), "a rollback"),
}
NEW_DATA = "new data"
DONE = frozenset({"Succeeded", "Failed", "Stopped", "Superseded", "Cancelled"})


@dataclass(frozen=True)
class Action:
    """One action of one run; times are UTC."""

    stage: str
    name: str
    status: str
    provider: str
    started: datetime
    updated: datetime
    external_id: str = ""
    url: str = ""
    error: str = ""
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Why it failed, for a person."""
        return reason(self.error)

    @property
    def seconds(self) -> float:
        """How long it took, or has taken up to now."""
        end = datetime.now(UTC) if self.status == "InProgress" else self.updated
        return (end - self.started).total_seconds()


@dataclass(frozen=True)
class Run:
    """One execution of the pipeline; `actions` are in the order in which they started."""

    id: str
    status: str
    trigger: str
    commit: str
    message: str
    started: datetime
    updated: datetime
    actions: list[Action]
    trigger_detail: str = ""

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self.status in DONE

    @property
    def seconds(self) -> float:
        """From the start to the end, or to now."""
        return ((self.updated if self.done else datetime.now(UTC)) - self.started).total_seconds()

    @property
    def by(self) -> str:
        """What started it, in a person's words; a dropped request is told as new data, since a list says no more.

        docs.aws.amazon.com/codepipeline/latest/APIReference/API_ExecutionTrigger.html
        """
        if self.trigger == "CloudWatchEvent":
            return next((word for part, word in _RULES.items() if part in self.trigger_detail), "a rule")
        if _DROP.search(self.trigger_detail):
            return NEW_DATA
        return _STARTED_BY.get(self.trigger, self.trigger)

    @property
    def reason(self) -> str:
        """What its commit says, where it runs for that; new data runs with the commit that is in production."""
        return "" if self.by == NEW_DATA else self.message

    def action(self, stage: str, name: str) -> Action | None:
        """The latest attempt of an action."""
        found = [action for action in self.actions if (action.stage, action.name) == (stage, name)]
        return found[-1] if found else None

    def variables(self, stage: str, name: str) -> dict[str, str]:
        """The output variables of an action, {} until it succeeded."""
        action = self.action(stage, name)
        return action.variables if action else {}

    def stages(self) -> dict[str, float]:
        """Seconds from a stage's first action to its last, by stage."""
        spans: dict[str, tuple[datetime, datetime]] = {}
        for action in self.actions:
            first, last = spans.get(action.stage, (action.started, action.updated))
            spans[action.stage] = (min(first, action.started), max(last, action.updated))
        return {stage: (last - first).total_seconds() for stage, (first, last) in spans.items()}

    def summary(self) -> dict[str, Any]:
        """For machines, without its actions."""
        return {
            "id": self.id,
            "status": self.status,
            "trigger": self.trigger,
            "commit": self.commit,
            "message": self.message,
            "started": self.started.isoformat(),
            "seconds": round(self.seconds, 2),
        }

    def as_json(self) -> dict[str, Any]:
        """For machines, with its stages' seconds and its actions."""
        return {
            **self.summary(),
            "stages": {stage: round(seconds, 2) for stage, seconds in self.stages().items()},
            "actions": [
                {
                    "stage": a.stage,
                    "action": a.name,
                    "status": a.status,
                    "seconds": round(a.seconds, 2),
                    "error": a.error,
                }
                for a in self.actions
            ],
        }


def reason(error: str) -> str:
    """An action's error for a person, who knows that it failed and where: beginning with why."""
    return _TWICE.sub(r"\1", _EXECUTION.sub("", error))


def history(install: Install, limit: int = 20) -> list[Run]:
    """The newest runs, newest first, without their actions."""
    client = install.target.client("codepipeline")
    pages = client.get_paginator("list_pipeline_executions").paginate(
        pipelineName=install.pipeline, PaginationConfig={"MaxItems": limit}
    )
    return [_run(summary, []) for page in pages for summary in page["pipelineExecutionSummaries"]]


def get(install: Install, run_id: str) -> Run:
    """A run with its actions; `run_id` may be its beginning or `latest`. NotFound when there is none."""
    run = _found(install, run_id)
    client = install.target.client("codepipeline")
    pages = client.get_paginator("list_action_executions").paginate(
        pipelineName=install.pipeline, filter={"pipelineExecutionId": run.id}
    )
    actions = [_action(detail) for page in pages for detail in page["actionExecutionDetails"]]
    return replace(run, actions=sorted(actions, key=lambda action: action.started))


def _found(install: Install, run_id: str) -> Run:
    newest = history(install, 1 if run_id == LATEST else 100)
    found = [run for run in newest if run_id == LATEST or run.id.startswith(run_id)]
    if not found:
        none = "no run yet" if not newest else f"no run {run_id}"
        raise NotFound(f"pipeline {install.pipeline} has {none}; `slipway runs` lists them")
    if len(found) > 1 and run_id != LATEST:
        raise BadInput(f"run {run_id} is ambiguous: {', '.join(run.id for run in found[:3])}; give more of the id")
    return found[0]


def stages(install: Install) -> list[tuple[str, list[str]]]:
    """The pipeline's stages and their actions in the order in which they run, as it is declared now."""
    declared = install.target.client("codepipeline").get_pipeline(name=install.pipeline)["pipeline"]["stages"]
    return [
        (stage["name"], [a["name"] for a in sorted(stage["actions"], key=lambda a: int(a.get("runOrder", 1)))])
        for stage in declared
    ]


def _run(summary: dict[str, Any], actions: list[Action]) -> Run:
    revision = (summary.get("sourceRevisions") or [{}])[0]
    trigger = summary.get("trigger", {})
    return Run(
        id=summary["pipelineExecutionId"],
        status=summary["status"],
        trigger=trigger.get("triggerType", ""),
        commit=revision.get("revisionId", ""),
        message=revision.get("revisionSummary", ""),
        started=summary["startTime"],
        updated=summary["lastUpdateTime"],
        actions=actions,
        trigger_detail=trigger.get("triggerDetail", ""),
    )


def _action(detail: dict[str, Any]) -> Action:
    output = detail.get("output", {})
    result = output.get("executionResult", {})
    error = result.get("errorDetails", {})
    told = error.get("message") or (result.get("externalExecutionSummary", "") if detail["status"] == "Failed" else "")
    return Action(
        stage=detail["stageName"],
        name=detail["actionName"],
        status=detail["status"],
        provider=detail.get("input", {}).get("actionTypeId", {}).get("provider", ""),
        started=detail["startTime"],
        updated=detail.get("lastUpdateTime", detail["startTime"]),
        external_id=result.get("externalExecutionId", ""),
        url=result.get("externalExecutionUrl", ""),
        error=told,
        variables=output.get("outputVariables", {}),
    )
