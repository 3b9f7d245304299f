"""The approval gate: what waits, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slipway.errors import NotFound
from slipway.install import Install


@dataclass(frozen=True)
class Waiting:
    """An open approval: its message carries the metrics, its link the report."""

    stage: str
    action: str
    token: str
    run_id: str
    message: str
    link: str


def waiting(install: Install) -> Waiting:
    """The approval that waits; NotFound when none does."""
    client = install.target.client("codepipeline")
    state = client.get_pipeline_state(name=install.pipeline)
    for stage in state["stageStates"]:
        for action in stage.get("actionStates", []):
            latest = action.get("latestExecution", {})
            if latest.get("status") == "InProgress" and latest.get("token"):
                return _waiting(install, stage, action["actionName"], latest)
    raise NotFound(f"nothing waits for approval in pipeline {install.pipeline}; `slipway status` shows where it stands")


def _waiting(install: Install, stage: dict[str, Any], action: str, latest: dict[str, Any]) -> Waiting:
    run_id = stage.get("latestExecution", {}).get("pipelineExecutionId", "")
    client = install.target.client("codepipeline")
    details = client.list_action_executions(pipelineName=install.pipeline, filter={"pipelineExecutionId": run_id})[
        "actionExecutionDetails"
    ]
    found: dict[str, Any] = next(
        (d for d in details if (d["stageName"], d["actionName"]) == (stage["stageName"], action)), {}
    )
    configuration = found.get("input", {}).get("resolvedConfiguration", {})
    return Waiting(
        stage["stageName"],
        action,
        latest["token"],
        run_id,
        configuration.get("CustomData", ""),
        configuration.get("ExternalEntityLink", ""),
    )


def answer(install: Install, status: str, summary: str) -> Waiting:
    """Approve (`Approved`) or reject (`Rejected`) what waits."""
    gate = waiting(install)
    install.target.client("codepipeline").put_approval_result(
        pipelineName=install.pipeline,
        stageName=gate.stage,
        actionName=gate.action,
        token=gate.token,
        result={"status": status, "summary": summary},
    )
    return gate
