"""What the pipeline has started and what would go on: its runs, and executions of state machines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import boto3

import stacks

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient
    from mypy_boto3_stepfunctions import SFNClient

CODEPIPELINE: Final[CodePipelineClient] = boto3.client("codepipeline")
STEP_FUNCTIONS: Final[SFNClient] = boto3.client("stepfunctions")


def stop_runs(pipeline: str) -> None:
    """Abandon what the pipeline is doing: it would deploy again what is removed."""
    pages = CODEPIPELINE.get_paginator("list_pipeline_executions").paginate(pipelineName=pipeline)
    for run in (run for page in pages for run in page["pipelineExecutionSummaries"]):
        if run["status"] == "InProgress":
            CODEPIPELINE.stop_pipeline_execution(
                pipelineName=pipeline,
                pipelineExecutionId=run["pipelineExecutionId"],
                abandon=True,
                reason="The stack is being deleted",
            )


def stop_executions(training: str, serving: list[str]) -> None:
    """Stop executions, which stops their jobs: an abandoned run leaves both going."""
    for machine in state_machines(training, serving):
        pages = STEP_FUNCTIONS.get_paginator("list_executions").paginate(
            stateMachineArn=machine, statusFilter="RUNNING"
        )
        for execution in (execution for page in pages for execution in page["executions"]):
            STEP_FUNCTIONS.stop_execution(executionArn=execution["executionArn"], cause="The stack is being deleted")


def state_machines(training: str, serving: list[str]) -> Iterator[str]:
    """Those that train, the direct flow's, and those that predict in batches."""
    yield from stacks.outputs(training, "StateMachineArn")
    yield from stacks.outputs(training, "DirectStateMachineArn")
    for stack in serving:
        yield from stacks.outputs(stack, "BatchStateMachineArn")
