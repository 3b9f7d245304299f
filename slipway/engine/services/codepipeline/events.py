"""The three state-change events on the default bus.

docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.store import Record

SOURCE = "aws.codepipeline"
_STATES = {"InProgress": "STARTED", "Cancelled": "CANCELED"}


def execution_changed(engine: Engine, execution: Record, state: str | None = None) -> None:
    """CodePipeline Pipeline Execution State Change."""
    trigger = execution["trigger"]
    detail = {
        **_common(execution),
        "state": state or state_word(execution["status"]),
        "execution-trigger": {
            "trigger-type": trigger["triggerType"],
            "trigger-detail": trigger.get("triggerDetail", ""),
        },
    }
    _emit(engine, "Pipeline", execution, detail)


def stage_changed(engine: Engine, execution: Record, stage: str, state: str) -> None:
    """CodePipeline Stage Execution State Change."""
    failed = [
        {"action": item["name"], "additional-information": (item.get("error") or {}).get("message", "")}
        for item in execution["actions"]
        if item["stage"] == stage
        and item["status"] == "Failed"
        and item["round"] == execution["stages"][stage]["round"]
    ]
    detail = {**_common(execution), "stage": stage, "state": state}
    if state == "FAILED":
        detail["failed-actions"] = failed
    _emit(engine, "Stage", execution, detail)


def action_changed(engine: Engine, execution: Record, attempt: Record) -> None:
    """CodePipeline Action Execution State Change."""
    detail = {
        **_common(execution),
        "stage": attempt["stage"],
        "action": attempt["name"],
        "action-execution-id": attempt["id"],
        "state": state_word(attempt["status"]),
        "region": engine.region,
        "type": attempt["input"]["actionTypeId"],
        "input-artifacts": [_artifact(name, at) for name, at in attempt["input"]["artifacts"].items()],
        "output-artifacts": [_artifact(name, at) for name, at in attempt["outputs"].items()],
    }
    if attempt["status"] != "InProgress":
        detail["execution-result"] = _result(attempt)
    _emit(engine, "Action", execution, detail)


def state_word(status: str) -> str:
    """The event's word for a status: `InProgress` is STARTED, the others their own in capitals."""
    return _STATES.get(status, status.upper())


def _common(execution: Record) -> dict[str, Any]:
    return {
        "pipeline": execution["pipeline"],
        "execution-id": execution["id"],
        "start-time": _time(execution["startTime"]),
        "version": float(execution["version"]),
        "pipeline-execution-attempt": float(execution["attempt"]),
    }


def _artifact(name: str, location: dict[str, str]) -> dict[str, Any]:
    return {"name": name, "s3location": {"bucket": location["bucket"], "key": location["key"]}}


def _result(attempt: Record) -> dict[str, Any]:
    link, error = attempt.get("link") or {}, attempt.get("error") or {}
    result = {
        "external-execution-url": link.get("url"),
        "external-execution-summary": error.get("message") or link.get("summary"),
        "external-execution-id": link.get("id"),
        "error-code": error.get("code"),
    }
    return {key: value for key, value in result.items() if value}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _emit(engine: Engine, what: str, execution: Record, detail: dict[str, Any]) -> None:
    arn = engine.arn("codepipeline", execution["pipeline"])
    engine.emit(SOURCE, f"CodePipeline {what} Execution State Change", detail, [arn])
