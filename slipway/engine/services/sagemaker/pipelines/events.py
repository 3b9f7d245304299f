"""The events of an execution and of its steps.

docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html#eventbridge-pipeline
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

Record = dict[str, Any]
_ENDED = frozenset({"Succeeded", "Failed", "Stopped"})
_EXECUTION = "SageMaker Model Building Pipeline Execution Status Change"
_STEP = "SageMaker Model Building Pipeline Execution Step Status Change"


def execution_changed(engine: Engine, record: Record, before: str | None) -> None:
    """Tell that an execution's status changed from `before`, None for one that begins."""
    status = record["PipelineExecutionStatus"]
    detail = {
        "pipelineExecutionDescription": record.get("PipelineExecutionDescription"),
        "pipelineExecutionDisplayName": record["PipelineExecutionDisplayName"],
        "currentPipelineExecutionStatus": status,
        "previousPipelineExecutionStatus": before,
        "executionStartTime": _time(record["CreationTime"]),
        "executionEndTime": _time(record["LastModifiedTime"]) if status in _ENDED else None,
    }
    _emit(engine, _EXECUTION, record, detail)


def step_changed(engine: Engine, record: Record, step: Record, kind: str, before: str | None) -> None:
    """Tell that a step's status changed from `before`, None for one that begins."""
    detail = {
        "metadata": _small(step.get("Metadata", {})),
        "stepStartTime": _time(step.get("StartTime")),
        "stepEndTime": _time(step.get("EndTime")),
        "stepName": step["StepName"],
        "stepType": kind,
        "previousStepStatus": before,
        "currentStepStatus": step["StepStatus"],
        "failureReason": step.get("FailureReason"),
        "cacheHitResult": _small(step["CacheHitResult"]) if "CacheHitResult" in step else None,
    }
    _emit(engine, _STEP, record, detail)


def _emit(engine: Engine, what: str, record: Record, detail: Record) -> None:
    pipeline, execution = record["PipelineArn"], record["PipelineExecutionArn"]
    whole = {**detail, "pipelineArn": pipeline, "pipelineExecutionArn": execution}
    present = {key: value for key, value in whole.items() if value is not None}
    engine.emit("aws.sagemaker", what, present, [pipeline, execution])


def _time(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _small(value: Any) -> Any:
    """Members with a small first letter."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: _small(item) for key, item in value.items()}
    return [_small(item) for item in value] if isinstance(value, list) else value
