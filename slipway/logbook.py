"""Logs at the keyboard: what a run's actions wrote, wherever it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from slipway.errors import BadInput, NotFound
from slipway.install import Install
from slipway.runs import Action, Run


@dataclass(frozen=True)
class Line:
    """One log event."""

    group: str
    stream: str
    at: datetime
    message: str

    def text(self) -> str:
        """For a person."""
        return f"{self.at:%H:%M:%S} {self.stream[-24:]} {self.message.rstrip()}"

    def as_json(self) -> dict[str, str]:
        """For machines."""
        return {"group": self.group, "stream": self.stream, "time": self.at.isoformat(), "message": self.message}


def of_group(install: Install, group: str, lines: int, stream: str = "") -> list[Line]:
    """The last lines of a log group, or of its streams that begin with `stream`; NotFound if there is no such group."""
    client = install.target.client("logs")
    where = {"logStreamNamePrefix": stream} if stream else {}
    try:
        pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, **where)
        events = [event for page in pages for event in page["events"]]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            raise NotFound(f"there is no log group {group} in {install.target.name}") from error
        raise
    return [_line(group, event) for event in sorted(events, key=lambda event: event["timestamp"])[-lines:]]


def of_action(install: Install, run: Run, name: str | None, lines: int) -> list[Line]:
    """What an action (`STAGE/ACTION`) of a run wrote; without a name, the failed one, else the latest with a log."""
    return _sources(install, _chosen(run, name), lines)


def _chosen(run: Run, name: str | None) -> Action:
    if name:
        stage, _, action = name.partition("/")
        found = run.action(stage, action)
        if found is None:
            known = ", ".join(f"{a.stage}/{a.name}" for a in run.actions)
            raise BadInput(f"run {run.id[:8]} has no action {name}; it has {known or 'none yet'}")
        return found
    failed = [action for action in run.actions if action.status == "Failed"]
    logged = [action for action in run.actions if action.provider in _READERS]
    if not failed and not logged:
        raise NotFound(f"run {run.id[:8]} has written no log yet")
    return (failed or logged)[-1]


def _sources(install: Install, action: Action, lines: int) -> list[Line]:
    reader = _READERS.get(action.provider)
    if reader is None:
        raise NotFound(f"{action.stage}/{action.name} is a {action.provider} action and writes no log: {action.error}")
    return reader(install, action, lines)


def _build(install: Install, action: Action, lines: int) -> list[Line]:
    build = install.target.client("codebuild").batch_get_builds(ids=[action.external_id])["builds"][0]
    return of_group(install, build["logs"]["groupName"], lines, build["logs"]["streamName"])


def _execution(install: Install, action: Action, lines: int) -> list[Line]:
    name = action.external_id.rsplit(":", 1)[-1]
    found = []
    for kind in ("ProcessingJobs", "TrainingJobs"):
        listed = getattr(install.target.client("sagemaker"), f"list_{kind[:-4].lower()}_jobs")(NameContains=name[:8])
        for job in listed[f"{kind[:-1]}Summaries"]:
            found += of_group(install, f"/aws/sagemaker/{kind}", lines, job[f"{kind[:-1]}Name"])
    return sorted(found, key=lambda line: line.at)[-lines:]


def _function(install: Install, action: Action, lines: int) -> list[Line]:
    client = install.target.client("codepipeline")
    pipeline = client.get_pipeline(name=install.pipeline)["pipeline"]
    declared = [a for s in pipeline["stages"] if s["name"] == action.stage for a in s["actions"]]
    function = next(a["configuration"]["FunctionName"] for a in declared if a["name"] == action.name)
    return of_group(install, f"/aws/lambda/{function}", lines)


def _stack(install: Install, action: Action, lines: int) -> list[Line]:
    stack = action.external_id or action.name
    events = install.target.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    return [
        Line(
            event["StackName"],
            event["LogicalResourceId"],
            event["Timestamp"],
            f"{event['ResourceStatus']} {event.get('ResourceStatusReason', '')}",
        )
        for event in reversed(events[:lines])
    ]


_READERS = {"CodeBuild": _build, "StepFunctions": _execution, "Lambda": _function, "CloudFormation": _stack}


def _line(group: str, event: dict[str, Any]) -> Line:
    return Line(group, event["logStreamName"], datetime.fromtimestamp(event["timestamp"] / 1000, UTC), event["message"])
