"""What is done to executions: start, stop, retry, roll back.

docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
"""

from __future__ import annotations

from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Params
from slipway.engine.services.codepipeline import events, rollback
from slipway.engine.services.codepipeline.admission import occupies
from slipway.engine.services.codepipeline.conditions import BEFORE_ENTRY, ON_SUCCESS
from slipway.engine.services.codepipeline.declared import SERVICE, pipeline_arn, stage_arn
from slipway.engine.services.codepipeline.driver import go
from slipway.engine.services.codepipeline.records import (
    BUSY,
    Board,
    board,
    declaration,
    now,
    pipeline,
    stage_of,
)
from slipway.engine.services.codepipeline.retries import begin_round
from slipway.engine.services.codepipeline.starting import start
from slipway.engine.store import Record

_MOMENTS = {"BEFORE_ENTRY": BEFORE_ENTRY, "ON_SUCCESS": ON_SUCCESS}


@SERVICE.operation("StartPipelineExecution", resource=pipeline_arn)
def start_pipeline_execution(call: Call) -> Params:
    """Start an execution; the same token again gives the same execution.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_StartPipelineExecution.html
    """
    record = pipeline(call.engine, call.params["name"])
    found = board(call.engine, record["name"])
    tokens = call.engine.store("codepipeline").table(f"tokens/{record['name']}")
    token = call.params.get("clientRequestToken")
    with found.lock:
        if token and token in tokens:
            return {"pipelineExecutionId": tokens[token]["id"]}
        trigger = _trigger(call)
        given = call.params.get("variables"), call.params.get("sourceRevisions")
        execution = start(call.engine, record, trigger, *given)
        if token:
            tokens[token] = {"id": execution["id"]}
    go(found)
    return {"pipelineExecutionId": execution["id"]}


@SERVICE.operation("StopPipelineExecution", resource=pipeline_arn)
def stop_pipeline_execution(call: Call) -> Params:
    """Stop an execution: abandon what runs, or let it end and begin nothing new.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_StopPipelineExecution.html
    """
    execution_id, abandon = call.params["pipelineExecutionId"], call.params.get("abandon", False)
    found = _board(call)
    with found.lock:
        _check_stoppable(found.read(execution_id), abandon=abandon)
        record = found.change(execution_id, lambda record: _stop(record, call, abandon=abandon))
    events.execution_changed(call.engine, record)
    return {"pipelineExecutionId": execution_id}


@SERVICE.operation("RetryStageExecution", resource=stage_arn)
def retry_stage_execution(call: Call) -> Params:
    """Run a failed stage again, whole or only what failed.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_RetryStageExecution.html
    """
    execution_id, stage = call.params["pipelineExecutionId"], call.params["stageName"]
    found = _board(call)
    with found.lock:
        _check_retryable(call, found, found.read(execution_id), stage)
        mode = call.params["retryMode"]
        record = found.change(execution_id, lambda record: begin_round(record, stage, mode, "ManualStageRetry"))
    _announce_resumed(call, record, stage)
    go(found)
    return {"pipelineExecutionId": execution_id}


@SERVICE.operation("RollbackStage", resource=stage_arn)
def rollback_stage(call: Call) -> Params:
    """Run a stage again with what an earlier execution brought to it.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_RollbackStage.html
    """
    stage = call.params["stageName"]
    pipeline_record = pipeline(call.engine, call.params["pipelineName"])
    declared = declaration(pipeline_record)
    stage_of(declared, stage)
    found = _board(call)
    if declared["stages"][0]["name"] == stage or declared["executionMode"] == "PARALLEL":
        raise AwsError(
            "UnableToRollbackStageException", f"Stage {stage} is a source stage or the pipeline's mode is PARALLEL"
        )
    with found.lock:
        if any(occupies(record, stage) for record in found.live()):
            raise AwsError(
                "ConflictException", f"Stage {stage} is busy with another execution; try again when it has ended"
            )
        target = found.read(call.params["targetPipelineExecutionId"])
        rollback.check_target(target, stage, pipeline_record["version"])
        execution = rollback.start(found, target, stage, "ManualRollback", call.caller.arn)
    go(found)
    return {"pipelineExecutionId": execution["id"]}


@SERVICE.operation("OverrideStageCondition", resource=stage_arn)
def override_stage_condition(call: Call) -> None:
    """Let a stage that failed by a condition go on as if the condition had been met.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_OverrideStageCondition.html
    """
    stage, moment = call.params["stageName"], _MOMENTS[call.params["conditionType"]]
    found = _board(call)
    stage_of(declaration(pipeline(call.engine, call.params["pipelineName"])), stage)
    with found.lock:
        record = found.read(call.params["pipelineExecutionId"])
        _check_overridable(found, record, stage, moment)
        record = found.change(record["id"], lambda record: _override(record, stage, moment))
    _announce_resumed(call, record, stage)
    go(found)


def _board(call: Call) -> Board:
    return board(call.engine, pipeline(call.engine, call.params["pipelineName"])["name"])


def _trigger(call: Call) -> dict[str, str]:
    """A rule's target starts with a role that EventBridge assumed; anybody else starts it in their own name."""
    principal, rule = call.engine.authorization.assumed_for(call.caller.credentials.access_key_id)
    if principal == "events.amazonaws.com":
        return {"triggerType": "CloudWatchEvent", "triggerDetail": rule}
    return {"triggerType": "StartPipelineExecution", "triggerDetail": call.caller.arn}


def _check_stoppable(record: Record, *, abandon: bool) -> None:
    if record["status"] == "Stopping" and not abandon:
        raise AwsError("DuplicatedStopRequestException", f"The pipeline execution {record['id']} is stopping already")
    if record["status"] not in BUSY:
        raise AwsError(
            "PipelineExecutionNotStoppableException",
            f"The pipeline execution {record['id']} cannot be stopped: its status is {record['status']}",
        )


def _stop(record: Record, call: Call, *, abandon: bool) -> None:
    record["stopReason"] = call.params.get("reason", "")
    open_actions = [item for item in record["actions"] if item["status"] == "InProgress"]
    if open_actions and not abandon:
        record["status"] = "Stopping"
        _set_stages(record, "Stopping")
        return
    for item in (*open_actions, *(rule for rule in record["rules"] if rule["status"] == "InProgress")):
        item.update(status="Abandoned", lastUpdateTime=now(), updatedBy=call.caller.arn)
    record["status"] = "Stopped"
    record["arrived"] = None
    _set_stages(record, "Stopped")


def _set_stages(record: Record, status: str) -> None:
    for stage in record["stages"].values():
        if stage["status"] in BUSY:
            stage["status"] = status


def _check_retryable(call: Call, found: Board, record: Record, stage: str) -> None:
    current = pipeline(call.engine, found.pipeline)
    then = stage_of(declaration(current, record["version"]), stage)
    if record["stages"].get(stage, {}).get("status") != "Failed":
        raise AwsError("StageNotRetryableException", f"Stage {stage} has not failed in the execution {record['id']}")
    if current["version"] != record["version"] and then != stage_of(declaration(current), stage):
        raise AwsError(
            "StageNotRetryableException", f"Stage {stage} was changed after the execution {record['id']} began"
        )
    _check_free(found, record, stage)


def _check_free(found: Board, record: Record, stage: str) -> None:
    """Refuse while another execution is in the stage, or when a later one has been."""
    if record["mode"] == "PARALLEL":
        return
    others = [other for other in found.all() if other["id"] != record["id"] and stage in other["stages"]]
    if any(occupies(other, stage) for other in others):
        raise AwsError(
            "ConflictException", f"Stage {stage} is busy with another execution; try again when it has ended"
        )
    entered = record["stages"][stage]["enteredAt"]
    if any(other["stages"][stage]["enteredAt"] > entered for other in others):
        raise AwsError(
            "NotLatestPipelineExecutionException",
            f"A later execution has been in stage {stage} since; {record['id']} is out of date",
        )


def _check_overridable(found: Board, record: Record, stage: str, moment: str) -> None:
    recorded = record["stages"].get(stage, {})
    if recorded.get("status") != "Failed" or recorded["conditions"].get(moment, {}).get("status") != "Failed":
        raise AwsError(
            "ConditionNotOverridableException",
            f"Stage {stage} did not fail by its {moment} condition in {record['id']}",
        )
    _check_free(found, record, stage)


def _override(record: Record, stage: str, moment: str) -> None:
    begin_round(record, stage, "FAILED_ACTIONS", "ManualStageRetry")
    found = record["stages"][stage]
    found["conditions"][moment].update(status="Overridden", at=now(), round=found["round"])


def _announce_resumed(call: Call, record: Record, stage: str) -> None:
    events.execution_changed(call.engine, record, "RESUMED")
    events.stage_changed(call.engine, record, stage, "RESUMED")
