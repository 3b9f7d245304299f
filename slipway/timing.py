"""Where a run's time went: the work of jobs, builds and tests, and the rest, which is the platform's own share."""

from __future__ import annotations

from datetime import datetime

from slipway.install import Install
from slipway.runs import Action, Run

_JOB_STATES = {"processing": "ProcessingJobArn", "training": "TrainingJobArn"}


def work_seconds(install: Install, run: Run) -> float:
    """Seconds during which builds, jobs and tests of the run were running; overlaps count once."""
    spans = [span for action in run.actions for span in _spans(install, action)]
    total, end = 0.0, None
    for begin, finish in sorted(spans):
        if end is None or begin > end:
            total += (finish - begin).total_seconds()
            end = finish
        elif finish > end:
            total += (finish - end).total_seconds()
            end = finish
    return total


def _spans(install: Install, action: Action) -> list[tuple[datetime, datetime]]:
    if action.provider == "CodeBuild" and action.external_id:
        return _build_spans(install, action.external_id)
    if action.provider == "StepFunctions" and action.external_id:
        return _job_spans(install, action.external_id)
    if action.provider in ("Lambda", "Manual"):
        return [(action.started, action.updated)]
    return []


def _build_spans(install: Install, build_id: str) -> list[tuple[datetime, datetime]]:
    builds = install.target.client("codebuild").batch_get_builds(ids=[build_id])["builds"]
    phases = [phase for build in builds for phase in build.get("phases", []) if "endTime" in phase]
    return [(p["startTime"], p["endTime"]) for p in phases if p["phaseType"] not in ("SUBMITTED", "QUEUED")]


def _job_spans(install: Install, execution: str) -> list[tuple[datetime, datetime]]:
    """The jobs that the execution's tags or names lead to: every job whose name carries the execution's name."""
    name = execution.rsplit(":", 1)[-1]
    client = install.target.client("sagemaker")
    spans = []
    for kind, arn in _JOB_STATES.items():
        jobs = getattr(client, f"list_{kind}_jobs")(NameContains=name[:8])[f"{kind.title()}JobSummaries"]
        for job in jobs:
            end = job.get(f"{kind.title()}EndTime")
            if end is not None and arn in job:
                spans.append((job["CreationTime"], end))
    return spans
