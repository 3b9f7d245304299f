"""A workflow as nodes and edges: a trigger leads to the jobs that it starts, a job to the triggers that wait for it.

docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html#aws-glue-api-workflow-WorkflowGraph
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from slipway.engine.services.glue.service import rendered

_COUNTED = {
    "TimeoutActions": ("TIMEOUT",),
    "FailedActions": ("FAILED",),
    "StoppedActions": ("STOPPED",),
    "SucceededActions": ("SUCCEEDED",),
    "RunningActions": ("STARTING", "RUNNING", "STOPPING"),
    "ErroredActions": ("ERROR",),
    "WaitingActions": ("WAITING",),
}


def of(triggers: Sequence[Mapping[str, Any]], runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The graph of triggers, with the runs of their jobs."""
    jobs = {name: None for trigger in triggers for name in (*waited_for(trigger), *started(trigger))}
    nodes = [
        *[
            _node("TRIGGER", trigger["Name"], TriggerDetails={"Trigger": rendered(dict(trigger))})
            for trigger in triggers
        ],
        *[_node("JOB", name, **_details(name, runs)) for name in jobs],
    ]
    return {"Nodes": nodes, "Edges": [edge for trigger in triggers for edge in _edges(trigger)]}


def started(trigger: Mapping[str, Any]) -> list[str]:
    """The jobs that a trigger starts."""
    return [action["JobName"] for action in trigger["Actions"]]


def waited_for(trigger: Mapping[str, Any]) -> list[str]:
    """The jobs that a trigger's conditions are about."""
    return [condition["JobName"] for condition in trigger.get("Predicate", {}).get("Conditions", [])]


def statistics(triggers: Sequence[Mapping[str, Any]], runs: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many of the actions ended how; a job's last run counts."""
    last = {run["JobName"]: run["JobRunState"] for run in runs}
    counted = {name: sum(state in states for state in last.values()) for name, states in _COUNTED.items()}
    return {"TotalActions": sum(len(trigger["Actions"]) for trigger in triggers), **counted}


def _details(job: str, runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    of_job = [rendered(dict(run)) for run in runs if run["JobName"] == job]
    return {"JobDetails": {"JobRuns": of_job}} if of_job else {"JobDetails": {}}


def _edges(trigger: Mapping[str, Any]) -> list[dict[str, str]]:
    own = _id("TRIGGER", trigger["Name"])
    return [
        *[{"SourceId": _id("JOB", name), "DestinationId": own} for name in dict.fromkeys(waited_for(trigger))],
        *[{"SourceId": own, "DestinationId": _id("JOB", name)} for name in dict.fromkeys(started(trigger))],
    ]


def _node(kind: str, name: str, **details: Any) -> dict[str, Any]:
    return {"Type": kind, "Name": name, "UniqueId": _id(kind, name), **details}


def _id(kind: str, name: str) -> str:
    digest = hashlib.sha256(f"{kind} {name}".encode()).hexdigest()
    return f"wnode_{digest[:64]}"
