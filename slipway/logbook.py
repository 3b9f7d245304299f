"""Logs at the keyboard: what a run's actions wrote, wherever it is.

docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from botocore.exceptions import ClientError

from slipway import executions, runs
from slipway.errors import BadInput, NotFound
from slipway.executions import Job
from slipway.install import Install
from slipway.runs import Action, Run

_FOLLOW_SECONDS = 0.5
_FOLLOW_SECONDS_AWS = 3.0
# A function's last lines may come a little after its action was told that it ended.
_LATE = timedelta(seconds=5)
# Where Glue's jobs write, Spark and Python shell: docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html
_OF_GLUE = tuple(f"/aws-glue/{kind}/{stream}" for kind in ("jobs", "python-jobs") for stream in ("output", "error"))
# Jobs that make jobs: what those are, each named after the one that made it.
# docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-how-it-works.html
_MADE_BY = {"hyper-parameter-tuning": ("Training",), "automl": ("AutoML", "Processing", "Training", "Transform")}


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


class Source(Protocol):
    """Something that has written log lines."""

    def lines(self, most: int) -> list[Line]:
        """The last ones, oldest first."""

    def follow(self, most: int) -> Iterator[Line]:
        """The last ones, then new ones as they come."""

    def outcome(self) -> str:
        """What became of that which wrote them; empty where it is nothing that ends."""


@dataclass(frozen=True)
class Group:
    """A log group."""

    install: Install
    name: str

    def lines(self, most: int) -> list[Line]:
        """The last lines; NotFound if there is no such group."""
        return of_group(self.install, self.name, most)

    def follow(self, most: int) -> Iterator[Line]:
        """Without an end, since a group has none."""
        return _follow(self.install, self, most, lambda: False)

    def outcome(self) -> str:
        """Nothing, since a group has no end."""
        return ""


@dataclass(frozen=True)
class Log:
    """What an action of a run wrote."""

    install: Install
    run: Run
    action: Action

    def lines(self, most: int) -> list[Line]:
        """The last lines; NotFound for an action that writes none."""
        return _READERS[self.action.provider](self.install, self.action, most)

    def follow(self, most: int) -> Iterator[Line]:
        """Until the action has ended."""
        return _follow(self.install, self, most, self._has_ended)

    def outcome(self) -> str:
        """Whose lines these are and how it went, with the reason of a failure, which no job may have written."""
        action = self._now() if self.action.status == "InProgress" else self.action
        went = f"{action.stage}/{action.name} of run {self.run.id[:8]}: {action.status}"
        return f"{went}: {action.reason}" if action.error else went

    def _has_ended(self) -> bool:
        return self._now().status != "InProgress"

    def _now(self) -> Action:
        return runs.get(self.install, self.run.id).action(self.action.stage, self.action.name) or self.action


def chosen(install: Install, run: Run, name: str | None) -> Log:
    """The log of an action (`STAGE/ACTION`); without a name, of the failed one, else of the latest with a log."""
    if name:
        return Log(install, run, _named(run, name))
    failed = [action for action in run.actions if action.status == "Failed"]
    if failed:
        return Log(install, run, _logged(failed[-1]))
    logged = [action for action in run.actions if action.provider in _READERS]
    if not logged:
        raise NotFound(f"run {run.id[:8]} has written no log yet; `slipway watch {run.id[:8]}` follows it")
    return Log(install, run, logged[-1])


def _named(run: Run, name: str) -> Action:
    stage, _, action = name.partition("/")
    found = run.action(stage, action)
    if found is None:
        known = ", ".join(dict.fromkeys(f"{a.stage}/{a.name}" for a in run.actions))
        raise BadInput(f"--action {name}: run {run.id[:8]} has no such action; it has {known or 'none yet'}")
    return _logged(found)


def _logged(action: Action) -> Action:
    """The action, if it writes a log; else NotFound, with what it failed with."""
    if action.provider not in _READERS:
        told = f": {action.reason}" if action.error else ""
        raise NotFound(f"{action.stage}/{action.name} is a {action.provider} action and writes no log{told}")
    return action


def _follow(install: Install, source: Source, most: int, ended: Any) -> Iterator[Line]:
    told: set[Line] = set()
    while True:
        # Asked before reading: what is written between the two is not lost.
        last = ended()
        for line in source.lines(most if not told else max(most, 1000)):
            if line not in told:
                told.add(line)
                yield line
        if last:
            return
        time.sleep(_FOLLOW_SECONDS if install.target.engine else _FOLLOW_SECONDS_AWS)


def of_group(
    install: Install,
    group: str,
    most: int,
    stream: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Line]:
    """The last lines of a log group, or of its streams that begin with `stream`; NotFound if there is no such group."""
    found = _read(install, group, most, stream, since, until)
    if found is None:
        raise NotFound(f"there is no log group {group} in {install.target.name}; {_known_groups(install)}")
    return found


def _read(
    install: Install,
    group: str,
    most: int,
    stream: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Line] | None:
    """What `of_group` says; None if there is no such group."""
    request: dict[str, Any] = {"logGroupName": group}
    if stream:
        request["logStreamNamePrefix"] = stream
    if since is not None:
        request["startTime"] = int(since.timestamp() * 1000)
    if until is not None:
        request["endTime"] = int(until.timestamp() * 1000)
    try:
        pages = install.target.client("logs").get_paginator("filter_log_events").paginate(**request)
        events = [event for page in pages for event in page["events"]]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    return [_line(group, event) for event in sorted(events, key=lambda event: event["timestamp"])[-most:]]


def _known_groups(install: Install) -> str:
    """The log groups that this stack's name is in, for a person."""
    request = {"logGroupNamePattern": install.stack}
    pages = install.target.client("logs").get_paginator("describe_log_groups").paginate(**request)
    names = [group["logGroupName"] for page in pages for group in page["logGroups"]]
    return f"those of stack {install.stack}: {', '.join(names) or 'none yet'}"


def _build(install: Install, action: Action, most: int) -> list[Line]:
    build = install.target.client("codebuild").batch_get_builds(ids=[action.external_id])["builds"][0]
    return of_group(install, build["logs"]["groupName"], most, build["logs"]["streamName"])


def _execution(install: Install, action: Action, most: int) -> list[Line]:
    return of_execution(install, action.external_id, most)


def of_execution(install: Install, execution_arn: str, most: int) -> list[Line]:
    """The last lines of what an execution's jobs wrote.

    docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
    """
    found = [line for job in executions.jobs(install.target, execution_arn) for line in _job(install, job, most)]
    return sorted(found, key=lambda line: line.at)[-most:]


def _job(install: Install, job: Job, most: int) -> list[Line]:
    """A job's lines, or those of the jobs that it made; a group is there once a job of its kind has written."""
    if job.kind == "glue":
        groups, stream = _OF_GLUE, job.name
    elif job.kind in _MADE_BY:
        groups, stream = tuple(map(_of_sagemaker, _MADE_BY[job.kind])), job.name
    else:
        groups, stream = (_of_sagemaker(job.kind.title()),), f"{job.name}/"
    return [line for group in groups for line in _read(install, group, most, stream) or []]


def _of_sagemaker(kind: str) -> str:
    return f"/aws/sagemaker/{kind}Jobs"


def _function(install: Install, action: Action, most: int) -> list[Line]:
    """What the function wrote while the action ran."""
    function = _configuration(install, action)["FunctionName"]
    until = action.updated + _LATE if action.status != "InProgress" else None
    return of_group(install, f"/aws/lambda/{function}", most, since=action.started, until=until)


def _stack(install: Install, action: Action, most: int) -> list[Line]:
    """The events of the stack that the action deploys; NotFound when it came to none."""
    stack = action.external_id or _configuration(install, action)["StackName"]
    try:
        events = install.target.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    except ClientError as error:
        if "does not exist" in str(error):
            raise NotFound(
                f"{action.stage}/{action.name} made no stack {stack}: {action.error or 'no reason given'}"
            ) from error
        raise
    return [
        Line(
            event["StackName"],
            event["LogicalResourceId"],
            event["Timestamp"],
            f"{event['ResourceStatus']} {event.get('ResourceStatusReason', '')}",
        )
        for event in reversed(events[:most])
    ]


def _configuration(install: Install, action: Action) -> dict[str, str]:
    """An action's configuration as the pipeline declares it now."""
    pipeline = install.target.client("codepipeline").get_pipeline(name=install.pipeline)["pipeline"]
    declared = [a for s in pipeline["stages"] if s["name"] == action.stage for a in s["actions"]]
    return next(dict(a.get("configuration", {})) for a in declared if a["name"] == action.name)


_READERS = {"CodeBuild": _build, "StepFunctions": _execution, "Lambda": _function, "CloudFormation": _stack}


def _line(group: str, event: dict[str, Any]) -> Line:
    return Line(group, event["logStreamName"], datetime.fromtimestamp(event["timestamp"] / 1000, UTC), event["message"])
