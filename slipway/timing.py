"""Where a run's time went: the work of builds, jobs and tests, and the rest, which is the platform's own share.

What counts as work is what the bundle itself runs: a build's commands, a job's running time, a function that an action
calls, a person who thinks about an approval. What is not counted as work, and so is the platform's own: transferring
artifacts, making and changing stacks, starting the servers of endpoints, waiting between two looks. A function that an
action calls beside a deployment waits for it most of the time, so that only what it runs before or after that counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from slipway import executions
from slipway.install import Install
from slipway.runs import Action, Run

Span = tuple[datetime, datetime]

# Of other kinds are jobs that make jobs, and runs of Glue's, none of which the demo has.
_KINDS = frozenset({"processing", "training", "transform"})
# docs.aws.amazon.com/codebuild/latest/userguide/view-build-details.html: the phases that run the buildspec's commands.
_COMMANDS = frozenset({"INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD"})


def work_seconds(install: Install, run: Run) -> float:
    """Seconds during which builds, jobs and tests of the run were running; overlaps count once."""
    work = [span for action in run.actions for span in _spans(install, action)]
    deployments = [_whole(action) for action in run.actions if action.provider == "CloudFormation"]
    calls = [_whole(action) for action in run.actions if action.provider in ("Lambda", "Manual")]
    return length(work + minus(calls, deployments))


def length(spans: Iterable[Span]) -> float:
    """Seconds that the spans cover; overlaps count once."""
    return sum((finish - begin).total_seconds() for begin, finish in union(spans))


def union(spans: Iterable[Span]) -> list[Span]:
    """The same time in spans that do not overlap, in order."""
    joined: list[Span] = []
    for begin, finish in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(finish, joined[-1][1]))
        else:
            joined.append((begin, finish))
    return joined


def minus(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """What of the spans lies outside of the others."""
    left = union(spans)
    for begin, finish in others:
        before = [(a, min(b, begin)) for a, b in left if a < begin]
        after = [(max(a, finish), b) for a, b in left if b > finish]
        left = sorted(before + after)
    return left


def _whole(action: Action) -> Span:
    return (action.started, action.updated)


def _spans(install: Install, action: Action) -> list[Span]:
    if not action.external_id:
        return []
    if action.provider == "CodeBuild":
        return _commands(install, action.external_id)
    if action.provider == "StepFunctions":
        return _jobs(install, action.external_id)
    return []


def _commands(install: Install, build_id: str) -> list[Span]:
    builds = install.target.client("codebuild").batch_get_builds(ids=[build_id])["builds"]
    phases = [phase for build in builds for phase in build.get("phases", []) if phase["phaseType"] in _COMMANDS]
    return [(phase["startTime"], phase["endTime"]) for phase in phases if "endTime" in phase]


def _jobs(install: Install, execution_arn: str) -> list[Span]:
    """From a job's start, which is after it was created and queued, to its end."""
    client = install.target.client("sagemaker")
    spans = []
    for job in executions.jobs(install.target, execution_arn):
        if job.kind not in _KINDS:
            continue
        kind = job.kind.title()
        described = getattr(client, f"describe_{job.kind}_job")(**{f"{kind}JobName": job.name})
        if f"{kind}EndTime" in described:
            spans.append((described[f"{kind}StartTime"], described[f"{kind}EndTime"]))
    return spans
