"""Looking at executions: one, all of a pipeline, their steps, parameters and definitions.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribePipelineExecution.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from slipway.engine import paging
from slipway.engine.services.sagemaker.pipelines.executions_api import execution, execution_arn
from slipway.engine.services.sagemaker.pipelines.expressions import text_of
from slipway.engine.services.sagemaker.pipelines.pipelines_api import pipeline_arn
from slipway.engine.services.sagemaker.pipelines.records import executions_of, find_pipeline
from slipway.engine.services.sagemaker.service import SERVICE, invalid, pick, rendered

if TYPE_CHECKING:
    from slipway.engine.service import Call

_PAGE = 100


def _page(call: Call, member: str, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    token = call.params.get("NextToken")
    found, following = paging.page(
        items, token, call.params.get("MaxResults", _PAGE), invalid(f"Invalid pagination token: {token}")
    )
    answer: dict[str, Any] = {member: [rendered(item) for item in found]}
    return {**answer, "NextToken": following} if following else answer


def _descending(call: Call) -> bool:
    return bool(call.params.get("SortOrder", "Descending") == "Descending")


@SERVICE.operation("DescribePipelineExecution", resource=execution_arn)
def describe_pipeline_execution(call: Call) -> dict[str, Any]:
    """One execution."""
    return rendered(execution(call).record)


@SERVICE.operation("ListPipelineExecutions", resource=pipeline_arn)
def list_pipeline_executions(call: Call) -> dict[str, Any]:
    """One page of a pipeline's executions, the newest first.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelineExecutions.html
    """
    params = call.params
    pipeline = find_pipeline(call.engine, params["PipelineName"])["PipelineName"]
    after, before = params.get("CreatedAfter"), params.get("CreatedBefore")
    found = [
        record
        for record in executions_of(call.engine, pipeline)
        if (after is None or record["CreationTime"] > after.timestamp())
        and (before is None or record["CreationTime"] < before.timestamp())
    ]
    found.sort(key=lambda record: record[params.get("SortBy", "CreationTime")], reverse=_descending(call))
    return _page(call, "PipelineExecutionSummaries", [_summary(record) for record in found])


def _summary(record: dict[str, Any]) -> dict[str, Any]:
    kept = pick(
        record,
        *("PipelineExecutionArn", "PipelineExecutionStatus"),
        *("PipelineExecutionDescription", "PipelineExecutionDisplayName"),
    )
    reason = {"PipelineExecutionFailureReason": record["FailureReason"]} if "FailureReason" in record else {}
    return {**kept, **reason, "StartTime": record["CreationTime"]}


@SERVICE.operation("ListPipelineExecutionSteps", resource=lambda call: call.params.get("PipelineExecutionArn", "*"))
def list_pipeline_execution_steps(call: Call) -> dict[str, Any]:
    """One page of the steps that have begun, the newest first.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelineExecutionSteps.html
    """
    if "PipelineExecutionArn" not in call.params:
        raise invalid("PipelineExecutionArn must be given.")
    steps = list(execution(call).record["_steps"].values())
    return _page(call, "PipelineExecutionSteps", steps[::-1] if _descending(call) else steps)


@SERVICE.operation("ListPipelineParametersForExecution", resource=execution_arn)
def list_pipeline_parameters_for_execution(call: Call) -> dict[str, Any]:
    """One page of the parameters' values, defaults among them.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelineParametersForExecution.html
    """
    values = execution(call).record["_parameters"]
    items = [{"Name": name, "Value": text_of(value)} for name, value in values.items()]
    return _page(call, "PipelineParameters", items)


@SERVICE.operation("DescribePipelineDefinitionForExecution", resource=execution_arn)
def describe_pipeline_definition_for_execution(call: Call) -> dict[str, Any]:
    """The definition that the execution began with.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribePipelineDefinitionForExecution.html
    """
    record = execution(call).record
    return rendered({"PipelineDefinition": record["_definition"], "CreationTime": record["_defined"]})
