"""Marks the model package of a run Rejected when a person rejects its approval.

Invoked by EventBridge with the failed approval:
https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
"""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Any, Final

import boto3

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient
    from mypy_boto3_codepipeline.type_defs import ActionExecutionDetailTypeDef
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_ssm import SSMClient

CHAMPION_PARAMETER: Final = os.environ["CHAMPION_PARAMETER"]
CODEPIPELINE: Final[CodePipelineClient] = boto3.client("codepipeline")
SAGEMAKER: Final[SageMakerClient] = boto3.client("sagemaker")
SSM: Final[SSMClient] = boto3.client("ssm")


class OutcomeMissing(Exception):
    """The run has no action that says which package it made."""


def handler(event: dict[str, Any], _context: object) -> None:
    """Reject the package, unless the run reused the one that production runs."""
    detail = event["detail"]
    actions = actions_of(detail["pipeline"], detail["execution-id"])
    package = package_of(actions, detail["execution-id"])
    if package == current_champion():
        logging.warning("%s stays Approved: it is what production runs", package)
        return
    SAGEMAKER.update_model_package(
        ModelPackageArn=package,
        ModelApprovalStatus="Rejected",
        ApprovalDescription=reason(actions, detail["action"])[:1024],
    )


def actions_of(pipeline: str, execution_id: str) -> list[ActionExecutionDetailTypeDef]:
    """Every action of a run, the newest first."""
    pages = CODEPIPELINE.get_paginator("list_action_executions").paginate(
        pipelineName=pipeline, filter={"pipelineExecutionId": execution_id}
    )
    return [action for page in pages for action in page["actionExecutionDetails"]]


def package_of(actions: list[ActionExecutionDetailTypeDef], execution_id: str) -> str:
    """The package that the run's Outcome named."""
    for action in actions:
        package = action.get("output", {}).get("outputVariables", {}).get("ModelPackageArn")
        if package:
            return package
    raise OutcomeMissing(f"no action of run {execution_id} has the output variable ModelPackageArn")


def reason(actions: list[ActionExecutionDetailTypeDef], approval: str) -> str:
    """What the person wrote when rejecting."""
    for action in actions:
        if action["actionName"] == approval:
            result = action.get("output", {}).get("executionResult", {})
            return result.get("externalExecutionSummary") or f"{approval} was rejected or expired"
    return f"{approval} was rejected or expired"


def current_champion() -> str | None:
    """The package that production runs, None before there is one."""
    try:
        parameter = SSM.get_parameter(Name=CHAMPION_PARAMETER)["Parameter"]
    except SSM.exceptions.ParameterNotFound:
        return None
    return str(json.loads(parameter["Value"])["modelPackageArn"])
