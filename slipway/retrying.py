"""Running the failed actions of a stage again.

docs.aws.amazon.com/codepipeline/latest/APIReference/API_RetryStageExecution.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slipway.errors import BadInput, NotFound
from slipway.install import Install


@dataclass(frozen=True)
class Retried:
    """A stage that runs again, and who said no to it before, with which words; empty where nobody did."""

    run_id: str
    refusal: str = ""


def retry(install: Install, stage: str) -> Retried:
    """Retry a stage. BadInput for no stage of the pipeline, NotFound where nothing failed."""
    client = install.target.client("codepipeline")
    states = {state["stageName"]: state for state in client.get_pipeline_state(name=install.pipeline)["stageStates"]}
    if stage not in states:
        raise BadInput(f"pipeline {install.pipeline} has no stage {stage}; its stages are {', '.join(states)}")
    latest = states[stage].get("latestExecution", {"status": "not run yet"})
    if latest["status"] not in ("Failed", "Stopped"):
        raise NotFound(
            f"stage {stage} of pipeline {install.pipeline} is {latest['status']}, and only one that failed can be"
            " retried; `slipway status` shows where it stands"
        )
    run_id = str(latest["pipelineExecutionId"])
    refusal = _refusal(client, install.pipeline, stage, run_id)
    client.retry_stage_execution(
        pipelineName=install.pipeline, stageName=stage, pipelineExecutionId=run_id, retryMode="FAILED_ACTIONS"
    )
    return Retried(run_id, refusal)


def _refusal(client: Any, pipeline: str, stage: str, run_id: str) -> str:
    """Of the stage's approval, if that is what failed.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionExecutionDetail.html
    """
    pages = client.get_paginator("list_action_executions").paginate(
        pipelineName=pipeline, filter={"pipelineExecutionId": run_id}
    )
    approvals = [
        detail
        for page in pages
        for detail in page["actionExecutionDetails"]
        if detail["stageName"] == stage
        and detail.get("input", {}).get("actionTypeId", {}).get("category") == "Approval"
    ]
    latest: dict[str, Any] = max(approvals, key=lambda detail: detail["startTime"], default={})
    if latest.get("status") != "Failed":
        return ""
    result = latest.get("output", {}).get("executionResult", {})
    words = result.get("externalExecutionSummary") or result.get("errorDetails", {}).get("message", "no reason given")
    return f"{stage}/{latest['actionName']} was not approved by {latest.get('updatedBy', 'somebody unknown')}: {words}"
