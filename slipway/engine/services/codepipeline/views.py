"""Records as the API answers them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from slipway.engine.store import Record

View = dict[str, Any]


def time(seconds: float) -> datetime:
    """A record's time as the wire wants it."""
    return datetime.fromtimestamp(seconds, UTC)


def present(members: Mapping[str, Any]) -> View:
    """Only the members that have something to say."""
    return {key: value for key, value in members.items() if value not in (None, "", [], {})}


def execution(record: Record) -> View:
    """PipelineExecution."""
    variables = [{"name": name, "resolvedValue": value} for name, value in record["variables"].items()]
    revisions = [_artifact_revision(record, name, found) for name, found in record["revisions"].items()]
    return {
        **_execution(record),
        "pipelineName": record["pipeline"],
        "pipelineVersion": record["version"],
        "artifactRevisions": revisions,
        **({"variables": variables} if variables else {}),
    }


def execution_summary(record: Record) -> View:
    """PipelineExecutionSummary."""
    revisions = [{"actionName": name, **found} for name, found in record["revisions"].items()]
    return {
        **_execution(record),
        "startTime": time(record["startTime"]),
        "lastUpdateTime": time(record["lastUpdateTime"]),
        "sourceRevisions": [present(revision) for revision in revisions],
        **({"stopTrigger": {"reason": record["stopReason"]}} if "stopReason" in record else {}),
    }


def _execution(record: Record) -> View:
    target = record.get("rollbackTarget")
    return {
        "pipelineExecutionId": record["id"],
        "status": record["status"],
        **present({"statusSummary": record.get("summary")}),
        "trigger": record["trigger"],
        "executionMode": record["mode"],
        "executionType": record["type"],
        **({"rollbackMetadata": {"rollbackTargetPipelineExecutionId": target}} if target else {}),
    }


def _artifact_revision(record: Record, action: str, revision: Mapping[str, str]) -> View:
    attempt = next((item for item in record["actions"] if item["name"] == action), None)
    name = next(iter(attempt["outputs"])) if attempt else action
    return present({"name": name, **revision})


def action_execution(record: Record, attempt: Record) -> View:
    """ActionExecutionDetail."""
    link = attempt["link"] or {}
    result = {**_result(attempt), **present({"logStreamARN": link.get("log_stream_arn")})}
    return {
        **_detail(record, attempt),
        "actionExecutionId": attempt["id"],
        "actionName": attempt["name"],
        "input": {
            "actionTypeId": attempt["input"]["actionTypeId"],
            **_input(attempt),
            **present({"namespace": attempt["input"].get("namespace")}),
        },
        "output": {
            "outputArtifacts": _artifacts(attempt["outputs"]),
            "executionResult": result,
            "outputVariables": attempt["variables"],
        },
    }


def rule_execution(record: Record, attempt: Record) -> View:
    """RuleExecutionDetail."""
    return {
        **_detail(record, attempt),
        "ruleExecutionId": attempt["id"],
        "ruleName": attempt["name"],
        "input": {"ruleTypeId": attempt["input"]["actionTypeId"], **_input(attempt)},
        "output": {"executionResult": _result(attempt)},
    }


def _detail(record: Record, attempt: Record) -> View:
    return {
        "pipelineExecutionId": record["id"],
        "pipelineVersion": record["version"],
        "stageName": attempt["stage"],
        "startTime": time(attempt["startTime"]),
        "lastUpdateTime": time(attempt["lastUpdateTime"]),
        "updatedBy": attempt["updatedBy"],
        "status": attempt["status"],
    }


def _input(attempt: Record) -> View:
    given = attempt["input"]
    return {
        "configuration": given["configuration"],
        "resolvedConfiguration": given["resolved"],
        "inputArtifacts": _artifacts(given["artifacts"]),
        **present({"roleArn": given.get("roleArn"), "region": given.get("region")}),
    }


def _result(attempt: Record) -> View:
    link = attempt["link"] or {}
    return present(
        {
            "externalExecutionId": link.get("id"),
            "externalExecutionSummary": link.get("summary"),
            "externalExecutionUrl": link.get("url"),
            "errorDetails": attempt.get("error"),
        }
    )


def _artifacts(places: Mapping[str, Mapping[str, str]]) -> list[View]:
    return [{"name": name, "s3location": {"bucket": at["bucket"], "key": at["key"]}} for name, at in places.items()]
