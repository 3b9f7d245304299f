"""What is read of executions.

docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetPipelineState.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Params
from slipway.engine.services.codepipeline import views
from slipway.engine.services.codepipeline.declared import SERVICE, pipeline_arn
from slipway.engine.services.codepipeline.paging import page
from slipway.engine.services.codepipeline.records import board, declaration, pipeline
from slipway.engine.services.codepipeline.state_views import stage_state
from slipway.engine.store import Record


@SERVICE.operation("GetPipelineState", resource=pipeline_arn)
def get_pipeline_state(call: Call) -> Params:
    """Each stage and action as it stands.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetPipelineState.html
    """
    record = pipeline(call.engine, call.params["name"])
    executions = board(call.engine, record["name"]).all()
    stages = declaration(record)["stages"]
    states = [stage_state(stage, executions, record["transitions"].get(stage["name"])) for stage in stages]
    # The first stage has no inbound transition.
    states[0].pop("inboundTransitionState")
    return {
        "pipelineName": record["name"],
        "pipelineVersion": record["version"],
        "stageStates": states,
        "created": views.time(record["created"]),
        "updated": views.time(record["updated"]),
    }


@SERVICE.operation("GetPipelineExecution", resource=pipeline_arn)
def get_pipeline_execution(call: Call) -> Params:
    """One execution.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetPipelineExecution.html
    """
    name = pipeline(call.engine, call.params["pipelineName"])["name"]
    return {"pipelineExecution": views.execution(board(call.engine, name).read(call.params["pipelineExecutionId"]))}


@SERVICE.operation("ListPipelineExecutions", resource=pipeline_arn)
def list_pipeline_executions(call: Call) -> Params:
    """The executions, newest first; those that succeeded in a stage when the filter names one.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListPipelineExecutions.html
    """
    stage = call.params.get("filter", {}).get("succeededInStage", {}).get("stageName")
    found = _newest_first(call)
    if stage:
        found = [record for record in found if record["stages"].get(stage, {}).get("status") == "Succeeded"]
    chosen, token = page(call.params, found)
    return {"pipelineExecutionSummaries": [views.execution_summary(record) for record in chosen], **token}


@SERVICE.operation("ListActionExecutions", resource=pipeline_arn)
def list_action_executions(call: Call) -> Params:
    """The actions' attempts, newest first.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListActionExecutions.html
    """
    found, token = _attempts(call, "actions", views.action_execution)
    return {"actionExecutionDetails": found, **token}


@SERVICE.operation("ListRuleExecutions", resource=pipeline_arn)
def list_rule_executions(call: Call) -> Params:
    """The rules' attempts, newest first.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListRuleExecutions.html
    """
    found, token = _attempts(call, "rules", views.rule_execution)
    return {"ruleExecutionDetails": found, **token}


def _attempts(
    call: Call, where: str, view: Callable[[Record, Record], views.View]
) -> tuple[list[views.View], dict[str, str]]:
    wanted = call.params.get("filter", {})
    execution_id = _execution_filter(wanted)
    pairs = [
        (record, attempt)
        for record in _newest_first(call)
        if execution_id in (None, record["id"])
        for attempt in record[where]
    ]
    pairs.sort(key=lambda pair: float(pair[1]["startTime"]), reverse=True)
    if wanted.get("latestInPipelineExecution", {}).get("startTimeRange") == "Latest":
        newest = {(pair[1]["stage"], pair[1]["name"]): pair for pair in reversed(pairs)}
        pairs = [pair for pair in pairs if pair in newest.values()]
    chosen, token = page(call.params, pairs)
    return [view(*pair) for pair in chosen], token


def _execution_filter(given: dict[str, Any]) -> str | None:
    """The execution that a filter names, in either of its forms."""
    latest = given.get("latestInPipelineExecution", {})
    if latest and "pipelineExecutionId" in given:
        raise AwsError(
            "ValidationException", "The filter may have pipelineExecutionId or latestInPipelineExecution, not both"
        )
    chosen: str | None = given.get("pipelineExecutionId") or latest.get("pipelineExecutionId")
    return chosen


def _newest_first(call: Call) -> list[Record]:
    name = pipeline(call.engine, call.params["pipelineName"])["name"]
    return sorted(board(call.engine, name).all(), key=lambda record: float(record["startTime"]), reverse=True)
