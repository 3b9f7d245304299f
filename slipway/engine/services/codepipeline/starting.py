"""Starting an execution.

docs.aws.amazon.com/codepipeline/latest/APIReference/API_StartPipelineExecution.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.services.codepipeline.records import Board, board, declaration, new_id, now
from slipway.engine.store import Record

# docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
_CONCURRENT = {"QUEUED": 50, "PARALLEL": 50}
_REVISION_TYPES = {"CodeCommit": ("COMMIT_ID",), "S3": ("S3_OBJECT_VERSION_ID", "S3_OBJECT_KEY")}
Overrides = dict[str, dict[str, str]]


def start(
    engine: Engine,
    pipeline: Record,
    trigger: dict[str, str],
    given: list[dict[str, str]] | None = None,
    revisions: list[dict[str, str]] | None = None,
) -> Record:
    """Write a new execution of the pipeline's current version; `driver.go` sets it going."""
    declared = declaration(pipeline)
    values = variable_values(declared, given or [])
    overrides = source_overrides(declared, revisions or [])
    found = board(engine, pipeline["name"])
    mode = declared.get("executionMode", "SUPERSEDED")
    with found.lock:
        _check_room(found, mode)
        record = _record(pipeline, declared, mode, trigger)
        record.update(variables=values, overrides=overrides)
        found.add(record)
    return record


def variable_values(declared: dict[str, Any], given: list[dict[str, str]]) -> dict[str, str]:
    """The pipeline variables of an execution; ValidationException for an unknown one or one without a value."""
    known = {item["name"]: item.get("defaultValue") for item in declared.get("variables", [])}
    values = {item["name"]: item["value"] for item in given}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise AwsError(
            "ValidationException",
            f"Pipeline variables [{', '.join(unknown)}] are not declared by the pipeline {declared['name']}",
        )
    merged = {**known, **values}
    missing = sorted(name for name, value in merged.items() if value is None)
    if missing:
        raise AwsError(
            "ValidationException", f"Pipeline variables [{', '.join(missing)}] have no default: give them a value"
        )
    return {name: value for name, value in merged.items() if value is not None}


def source_overrides(declared: dict[str, Any], revisions: list[dict[str, str]]) -> Overrides:
    """`sourceRevisions` by action and type; ValidationException for what no source action can take."""
    sources = {
        action["name"]: action["actionTypeId"]["provider"]
        for stage in declared["stages"]
        for action in stage["actions"]
        if action["actionTypeId"]["category"] == "Source"
    }
    overrides: Overrides = {}
    for revision in revisions:
        name, kind = revision["actionName"], revision["revisionType"]
        if name not in sources:
            raise AwsError("ValidationException", f"Source action {name} does not exist in pipeline {declared['name']}")
        if kind not in _REVISION_TYPES.get(sources[name], ()):
            raise AwsError(
                "ValidationException",
                f"Revision type {kind} is not supported by source action {name} ({sources[name]})",
            )
        overrides.setdefault(name, {})[kind] = revision["revisionValue"]
    return overrides


def _check_room(found: Board, mode: str) -> None:
    limit = _CONCURRENT.get(mode)
    if limit is not None and sum(1 for _ in found.live()) >= limit:
        raise AwsError(
            "ConcurrentPipelineExecutionsLimitExceededException",
            f"The pipeline {found.pipeline} has {limit} executions under way, the most in {mode} mode",
        )


def _record(pipeline: Record, declared: dict[str, Any], mode: str, trigger: dict[str, str]) -> Record:
    return {
        "id": new_id(),
        "pipeline": pipeline["name"],
        "version": pipeline["version"],
        "mode": mode,
        "type": "STANDARD",
        "status": "InProgress",
        "attempt": 1,
        "startTime": now(),
        "lastUpdateTime": now(),
        "trigger": trigger,
        "revisions": {},
        "artifacts": {},
        "outputs": {},
        "at": declared["stages"][0]["name"],
        "arrived": None,
        "stages": {},
        "actions": [],
        "rules": [],
    }
