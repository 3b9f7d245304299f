"""A stage as GetPipelineState answers it.

docs.aws.amazon.com/codepipeline/latest/APIReference/API_StageState.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slipway.engine.services.codepipeline.records import latest
from slipway.engine.services.codepipeline.views import View, present, time
from slipway.engine.store import Record

_CONDITIONS = {
    "beforeEntry": "beforeEntryConditionState",
    "onSuccess": "onSuccessConditionState",
    "onFailure": "onFailureConditionState",
}


def stage_state(stage: Mapping[str, Any], executions: list[Record], transition: Record | None) -> View:
    """StageState, out of every execution of the pipeline, oldest first."""
    name = stage["name"]
    inside = sorted(
        (record for record in executions if name in record["stages"]),
        key=lambda record: float(record["stages"][name]["enteredAt"]),
    )
    waiting = [
        record
        for record in executions
        if record["at"] == name and record["status"] == "InProgress" and name not in record["stages"]
    ]
    inbound = [_stage_execution(record, "InProgress") for record in waiting]
    newest = inside[-1] if inside else None
    return {
        "stageName": name,
        "inboundTransitionState": _transition(transition),
        "actionStates": [_action_state(name, action, executions) for action in stage["actions"]],
        **({"inboundExecution": inbound[-1], "inboundExecutions": inbound} if inbound else {}),
        **(_latest_in_stage(name, stage, newest) if newest else {}),
    }


def _latest_in_stage(name: str, stage: Mapping[str, Any], record: Record) -> View:
    recorded = record["stages"][name]
    retries = recorded["retries"]
    metadata = present(
        {
            "autoStageRetryAttempt": retries.get("automatic"),
            "manualStageRetryAttempt": retries.get("manual"),
            "latestRetryTrigger": retries.get("trigger"),
        }
    )
    conditions = {
        member: _condition(moment, stage[moment]["conditions"][0], name, record)
        for moment, member in _CONDITIONS.items()
        if moment in recorded["conditions"] and stage.get(moment, {}).get("conditions")
    }
    return {
        "latestExecution": _stage_execution(record, recorded["status"]),
        **conditions,
        **({"retryStageMetadata": metadata} if metadata else {}),
    }


def _stage_execution(record: Record, status: str) -> View:
    return {"pipelineExecutionId": record["id"], "status": status, "type": record["type"]}


def _transition(transition: Record | None) -> View:
    if transition is None:
        return {"enabled": True}
    return {
        "enabled": transition["enabled"],
        "lastChangedBy": transition["by"],
        "lastChangedAt": time(transition["at"]),
        **({} if transition["enabled"] else {"disabledReason": transition["reason"]}),
    }


def _condition(moment: str, declared: Mapping[str, Any], stage: str, record: Record) -> View:
    recorded = record["stages"][stage]["conditions"][moment]
    checked = [attempt for attempt in record["rules"] if attempt["input"]["moment"] == moment]
    summary = present({"summary": recorded["summary"]})
    rules = [_rule_state(rule["name"], latest(checked, stage, rule["name"])) for rule in declared["rules"]]
    latest_execution = {"status": recorded["status"], "lastStatusChange": time(recorded["at"]), **summary}
    return {
        "latestExecution": {"status": recorded["status"], **summary},
        "conditionStates": [{"latestExecution": latest_execution, "ruleStates": rules}],
    }


def _rule_state(name: str, attempt: Record | None) -> View:
    if attempt is None:
        return {"ruleName": name}
    execution = _attempt_execution(attempt)
    return {"ruleName": name, "latestExecution": {"ruleExecutionId": attempt["id"], **execution}}


def _action_state(stage: str, action: Mapping[str, Any], executions: Iterable[Record]) -> View:
    found = [latest(record["actions"], stage, action["name"]) for record in executions]
    attempts = sorted((item for item in found if item), key=lambda item: float(item["startTime"]))
    if not attempts:
        return {"actionName": action["name"]}
    newest = attempts[-1]
    token = (newest["memory"] or {}).get("token") if newest["status"] == "InProgress" else None
    latest_execution = {
        "actionExecutionId": newest["id"],
        **_attempt_execution(newest),
        **present({"token": token, "percentComplete": newest.get("percent")}),
        **present({"logStreamARN": (newest["link"] or {}).get("log_stream_arn")}),
    }
    revision = _current_revision(newest, executions)
    return {"actionName": action["name"], "latestExecution": latest_execution, **revision}


def _current_revision(attempt: Record, executions: Iterable[Record]) -> View:
    owner = next(record for record in executions if any(item["id"] == attempt["id"] for item in record["actions"]))
    revision = owner["revisions"].get(attempt["name"])
    if not revision:
        return {}
    current = {
        "revisionId": revision["revisionId"],
        "revisionChangeId": revision["revisionId"][:100],
        "created": time(attempt["lastUpdateTime"]),
    }
    return {"currentRevision": current, **present({"revisionUrl": revision.get("revisionUrl")})}


def _attempt_execution(attempt: Record) -> View:
    """What ActionExecution and RuleExecution have in common."""
    link = attempt["link"] or {}
    return {
        "status": attempt["status"],
        "lastStatusChange": time(attempt["lastUpdateTime"]),
        "lastUpdatedBy": attempt["updatedBy"],
        **present(
            {
                "summary": link.get("summary"),
                "externalExecutionId": link.get("id"),
                "externalExecutionUrl": link.get("url"),
                "errorDetails": attempt.get("error"),
            }
        ),
    }
