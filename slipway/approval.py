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
    package: str = ""
    """The model package that goes to production, as the run's Outcome names it."""


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
    variables = (one.get("output", {}).get("outputVariables", {}) for one in details)
    return Waiting(
        stage["stageName"],
        action,
        latest["token"],
        run_id,
        configuration.get("CustomData", ""),
        configuration.get("ExternalEntityLink", ""),
        next((found["ModelPackageArn"] for found in variables if "ModelPackageArn" in found), ""),
    )


def rejection(install: Install, gate: Waiting) -> str:
    """That the model which waits was rejected before, and why; empty where nobody rejected it.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackage.html
    """
    if not gate.package:
        return ""
    found = install.target.client("sagemaker").describe_model_package(ModelPackageName=gate.package)
    if found["ModelApprovalStatus"] != "Rejected":
        return ""
    name = gate.package.partition(":model-package/")[2]
    why = found.get("ApprovalDescription") or "no reason given"
    return f"model package {name} of run {gate.run_id[:8]} was rejected before: {why}; approving it takes that back"


def answer(install: Install, status: str, summary: str, gate: Waiting | None = None) -> Waiting:
    """Approve (`Approved`) or reject (`Rejected`) what waits, or the approval that was looked at."""
    gate = gate or waiting(install)
    install.target.client("codepipeline").put_approval_result(
        pipelineName=install.pipeline,
        stageName=gate.stage,
        actionName=gate.action,
        token=gate.token,
        result={"status": status, "summary": summary},
    )
    return gate
