"""Executions that fail: inputs that Build would not have made, jobs that are killed, and what is left afterwards."""

from __future__ import annotations

import copy
import os
import re
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slipway import executions, logbook
from tests.end_to_end.plant import eventually
from tests.end_to_end.workshop import Document, Executed, Workshop

_MOST_LINES = 1000
# The lists of jobs, and what a summary is called there.
_JOBS = {
    "list_training_jobs": "TrainingJobSummaries",
    "list_processing_jobs": "ProcessingJobSummaries",
    "list_transform_jobs": "TransformJobSummaries",
    "list_hyper_parameter_tuning_jobs": "HyperParameterTuningJobSummaries",
    "list_auto_ml_jobs": "AutoMLJobSummaries",
}


@dataclass(frozen=True)
class Failing:
    """A configuration, what of its execution's input is spoilt (by dotted path), and what a person is then told.

    Where `log` is None, the failure came before a job of that step could write.
    """

    changes: Document
    step: str
    reason: str
    log: str | None = None
    spoilt: Document = field(default_factory=dict)
    killed: str = ""  # the step whose job is killed, as Linux does when memory runs out


def spoilt(execution: Document, fields: Document) -> Document:
    """The input with those fields, whatever a check would have said of them."""
    changed = copy.deepcopy(execution)
    for path, value in fields.items():
        *folders, name = path.split(".")
        part: Any = changed
        for folder in folders:
            part = part[folder]
        part[name] = value
    return changed


def fail(workshop: Workshop, failing: Failing, seconds: float = 240.0) -> Executed:
    """Execute it; it must fail at its step with its reason, be in the log, and leave nothing."""
    before = kept(workshop)
    arn = workshop.started(spoilt(workshop.execution(failing.changes), failing.spoilt))
    if failing.killed:
        kill(workshop, arn, failing.killed)
    failed = workshop.ended(arn, seconds)
    assert failed.status == "FAILED"
    step, _, reason = failed.error.partition(": ")
    assert step == failing.step
    assert re.search(failing.reason, reason), reason
    names = [job.name for job in executions.jobs(workshop.plant.target, arn)]
    if failing.log is not None:
        assert f"(job {names[-1]})" in reason
        lines = [line.message for line in logbook.of_execution(workshop.plant.installed, arn, _MOST_LINES)]
        assert any(failing.log in line for line in lines), lines[-40:]
    assert running(workshop) == []
    assert kept(workshop) == before
    return failed


def kill(workshop: Workshop, arn: str, kind: str) -> None:
    """Kill the largest process of the execution's job of that kind, as soon as it has one."""

    def largest() -> int | None:
        names = [job.name for job in executions.jobs(workshop.plant.target, arn) if job.kind == kind]
        found = [process for name in names for process in processes(name)]
        return max(found)[1] if found else None

    os.kill(eventually(largest, f"a process of the {kind} job", 240), signal.SIGKILL)


def processes(name: str) -> list[tuple[int, int]]:
    """Resident pages and id of each process whose folder is that of the job, or of one that it made."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            variables = (folder / "environ").read_bytes().lower()
            if f"/{name.lower()}".encode() in variables and b"sagemaker_base_dir=" in variables:
                found.append((int((folder / "statm").read_text().split()[1]), int(folder.name)))
        except (OSError, IndexError):
            continue
    return found


def running(workshop: Workshop) -> list[str]:
    """The jobs of any kind that are under way."""
    sagemaker = workshop.client("sagemaker")
    listed = [
        summary
        for operation, summaries in _JOBS.items()
        for summary in getattr(sagemaker, operation)(StatusEquals="InProgress")[summaries]
    ]
    return [value for summary in listed for name, value in summary.items() if name.endswith("JobName")]


def kept(workshop: Workshop) -> list[set[str]]:
    """The names of models, endpoints and their configurations, and of the model packages."""
    sagemaker = workshop.client("sagemaker")
    packages = sagemaker.list_model_packages(ModelPackageGroupName=workshop.plant.installed.stack, MaxResults=100)
    return [
        {model["ModelName"] for model in sagemaker.list_models(MaxResults=100)["Models"]},
        {endpoint["EndpointName"] for endpoint in sagemaker.list_endpoints()["Endpoints"]},
        {config["EndpointConfigName"] for config in sagemaker.list_endpoint_configs()["EndpointConfigs"]},
        {package["ModelPackageArn"] for package in packages["ModelPackageSummaryList"]},
    ]
