"""Steps that are jobs: Processing, Training, Transform, Tuning.

docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

from __future__ import annotations

import contextlib
from typing import Any

from slipway.engine.services.sagemaker.pipelines import caching, retries
from slipway.engine.services.sagemaker.pipelines.errors import StepFailed, StepStopped
from slipway.engine.services.sagemaker.pipelines.kinds import JOBS, JobKind
from slipway.engine.services.sagemaker.pipelines.records import executions_of
from slipway.engine.services.sagemaker.pipelines.step_run import StepRun
from slipway.engine.services.sagemaker.pipelines.steps.calls import call
from slipway.engine.services.sagemaker.service import now

_FIRST_PAUSE, _LAST_PAUSE, _GROWTH = 0.05, 0.5, 1.3
_ENDED = frozenset({"Completed", "Failed", "Stopped"})


def run(run: StepRun) -> dict[str, Any]:
    """Run one job to its end; its description is the step's properties."""
    kind = JOBS[run.step.type]
    if "_name" not in run.record:
        run.change(_name=run.made_name(kind.longest_name))
    elif "Metadata" not in run.record:
        _find(run, kind)
    if "Metadata" not in run.record:
        arguments = run.resolve(run.step.arguments)
        cached = _cached(run, kind, arguments)
        if cached is not None:
            return cached
        _begin(run, kind, arguments)
    description = _wait(run, kind)
    return _with_trials(run, kind, description)


def _cached(run: StepRun, kind: JobKind, arguments: dict[str, Any]) -> dict[str, Any] | None:
    config = run.step.body.get("CacheConfig", {})
    wanted = caching.key(arguments, kind.cached_by)
    run.change(_key=wanted)
    if not config.get("Enabled"):
        return None
    engine = run.execution.engine
    oldest = now() - engine.clock.real(caching.seconds(config["ExpireAfter"]))
    found = caching.hit(executions_of(engine, run.execution.record["_pipeline"]), run.step.name, oldest, wanted)
    if found is None:
        return None
    run.change(Metadata=found["Metadata"], CacheHitResult={"SourcePipelineExecutionArn": found["_from"]})
    properties: dict[str, Any] = found["_properties"]
    return properties


def _find(run: StepRun, kind: JobKind) -> None:
    """The job that an engine had begun when it was killed: its name was on record, its ARN was not."""
    with contextlib.suppress(StepFailed):
        _begun(run, kind, call(run, f"Describe{kind.noun}", **{kind.name: run.record["_name"]}))


def _begin(run: StepRun, kind: JobKind, arguments: dict[str, Any]) -> None:
    _begun(run, kind, call(run, kind.create, **{kind.name: run.record["_name"]}, **arguments))


def _begun(run: StepRun, kind: JobKind, answer: dict[str, Any]) -> None:
    run.change(StepStatus="Executing", Metadata={kind.metadata: {"Arn": answer[f"{kind.noun}Arn"]}})


def _wait(run: StepRun, kind: JobKind) -> dict[str, Any]:
    name, pause, asked = {kind.name: run.record["_name"]}, _FIRST_PAUSE, False
    while True:
        description = call(run, f"Describe{kind.noun}", **name)
        status = description[f"{kind.noun}Status"]
        if status in _ENDED:
            break
        if run.stopping and not asked:
            asked = True
            run.change(StepStatus="Stopping")
            call(run, f"Stop{kind.noun}", **name)
        run.pause(pause)
        pause = min(pause * _GROWTH, _LAST_PAUSE)
    if status == "Stopped" and run.stopping:
        raise StepStopped
    if status != "Completed":
        reason = description.get("FailureReason", f"The {kind.noun} {run.record['_name']} was stopped")
        raise StepFailed(f"ClientError: {reason}", _kind(kind, reason))
    return description


def _kind(kind: JobKind, reason: str) -> str:
    """A tuning job tries its own jobs again: its internal errors are not tried again by a policy."""
    if reason.startswith("InternalServerError") and not kind.retries_itself:
        return retries.INTERNAL_ERROR
    return retries.CAPACITY_ERROR if reason.startswith("CapacityError") else ""


def _with_trials(run: StepRun, kind: JobKind, description: dict[str, Any]) -> dict[str, Any]:
    """A tuning job's properties hold its training jobs too, the best first."""
    for operation in kind.also:
        ordering = description["HyperParameterTuningJobConfig"].get("HyperParameterTuningJobObjective", {})
        order = "Ascending" if ordering.get("Type") == "Minimize" else "Descending"
        members = {kind.name: run.record["_name"], "SortBy": "FinalObjectiveMetricValue", "SortOrder": order}
        trials = call(run, operation, MaxResults=50, **members)
        description = {**description, "TrainingJobSummaries": trials["TrainingJobSummaries"]}
    return description
