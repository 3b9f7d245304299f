"""What a SageMaker pipeline or a Glue workflow runs, which a state machine that is stopped leaves going.

SageMaker deletes no pipeline that runs, so the end of its executions is waited for; a step whose answer comes by a
callback answers before its own stack goes. A workflow's scripts must have ended before their jobs are stopped, or they
would start others.
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopPipelineExecution.html
https://docs.aws.amazon.com/glue/latest/dg/workflow-stopping.html
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import ClientError

from waiting import Context, look_again

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

GLUE: Final[Any] = boto3.client("glue")
SAGEMAKER: Final[SageMakerClient] = boto3.client("sagemaker")


def stop_pipeline(name: str, context: Context) -> None:
    """Stop the executions of a SageMaker pipeline, if there is one, and wait until none is under way."""
    while executions := under_way(name):
        for arn, status in executions.items():
            if status == "Executing":
                token = hashlib.sha256(arn.encode()).hexdigest()
                SAGEMAKER.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken=token)
        look_again(context)


def under_way(name: str) -> dict[str, str]:
    """The executions of a pipeline that have not ended, and their status."""
    try:
        pages = list(SAGEMAKER.get_paginator("list_pipeline_executions").paginate(PipelineName=name))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFound":
            raise
        return {}
    found = (execution for page in pages for execution in page["PipelineExecutionSummaries"])
    return {
        execution["PipelineExecutionArn"]: execution["PipelineExecutionStatus"]
        for execution in found
        if execution["PipelineExecutionStatus"] in ("Executing", "Stopping")
    }


def stop_workflow(name: str, context: Context) -> None:
    """Stop the runs of a Glue workflow, if there is one, and wait until none is under way."""
    while runs := active(name):
        for run in runs:
            if run["Status"] == "RUNNING":
                stop_run(name, run["WorkflowRunId"])
        look_again(context)


def active(name: str) -> list[dict[str, Any]]:
    """The runs of a workflow that have not ended."""
    try:
        runs: list[dict[str, Any]] = GLUE.get_workflow_runs(Name=name)["Runs"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "EntityNotFoundException":
            raise
        return []
    return [run for run in runs if run["Status"] in ("RUNNING", "STOPPING")]


def stop_run(name: str, run_id: str) -> None:
    """Stop a run, unless it has ended meanwhile."""
    try:
        GLUE.stop_workflow_run(Name=name, RunId=run_id)
    except ClientError as error:
        if error.response["Error"]["Code"] != "IllegalWorkflowStateException":
            raise
