"""Runs and actions as CodePipeline tells them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from slipway.runs import Action, Run

RUN_ID = "1b28d30d-86cb-4acc-8f55-46f4c1801c77"
BEGAN = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def action(
    path: str, status: str = "Succeeded", begin: float = 0.0, end: float = 1.0, provider: str = "CodeBuild", **more: Any
) -> Action:
    stage, _, name = path.partition("/")
    return Action(stage, name, status, provider, at(begin), at(end), **more)


def run(*actions: Action, status: str = "Succeeded", end: float = 60.0) -> Run:
    return Run(RUN_ID, status, "CreatePipeline", "a8ab2ebc8f9e", "First\n\nmore", at(0), at(end), list(actions))


def summary(run_id: str = RUN_ID, status: str = "Succeeded", end: float = 60.0) -> dict[str, Any]:
    """An entry of ListPipelineExecutions."""
    revision = {"actionName": "Source", "revisionId": "a8ab2ebc8f9e", "revisionSummary": "First"}
    return {
        "pipelineExecutionId": run_id,
        "status": status,
        "startTime": at(0),
        "lastUpdateTime": at(end),
        "sourceRevisions": [revision],
        "trigger": {"triggerType": "CreatePipeline"},
    }


def detail(path: str, status: str = "Succeeded", provider: str = "CodeBuild", begin: float = 0.0, **result: Any) -> Any:
    """An entry of ListActionExecutions."""
    stage, _, name = path.partition("/")
    return {
        "pipelineExecutionId": RUN_ID,
        "stageName": stage,
        "actionName": name,
        "status": status,
        "startTime": at(begin),
        "lastUpdateTime": at(begin + 1),
        "input": {"actionTypeId": {"category": "Build", "owner": "AWS", "provider": provider, "version": "1"}},
        "output": {"executionResult": result},
    }
