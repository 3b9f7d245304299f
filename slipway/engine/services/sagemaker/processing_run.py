"""What a processing job does: download the inputs, run the containers, upload the outputs.

docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
docs.aws.amazon.com/sagemaker/latest/dg/byoc-run-image.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.engine.logs import LogStream
from slipway.engine.services.sagemaker import jobs, storage
from slipway.engine.services.sagemaker.channels import fetch
from slipway.engine.services.sagemaker.containers import OPT_ML, Container, Containers, Outcome, hosts
from slipway.engine.services.sagemaker.failures import AlgorithmFailure, first_characters
from slipway.engine.services.sagemaker.jobs import PROCESSING
from slipway.engine.services.sagemaker.launch import Command, credentials, pull
from slipway.engine.services.sagemaker.service import now, role_caller
from slipway.engine.services.sagemaker.storage import Location

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine

LOG_GROUP = "/aws/sagemaker/ProcessingJobs"


@dataclass
class Run:
    """One processing job under way."""

    engine: Engine
    job: dict[str, Any]
    containers: Containers
    logs: dict[str, LogStream]

    @property
    def caller(self) -> Caller:
        """The job's role; asked for anew each time, since a session may end before a long job does."""
        return role_caller(self.engine, self.job["RoleArn"])

    @property
    def name(self) -> str:
        """The job's name."""
        return str(self.job["ProcessingJobName"])

    @property
    def bases(self) -> dict[str, Path]:
        """Each instance's /opt/ml."""
        return {host: PROCESSING.folder(self.engine, self.name) / host for host in self.logs}

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """The S3 inputs."""
        return [item["S3Input"] for item in self.job.get("ProcessingInputs", [])]

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """The S3 outputs."""
        return [item["S3Output"] for item in self.job.get("ProcessingOutputConfig", {}).get("Outputs", [])]


def run(engine: Engine, name: str, containers: Containers) -> None:
    """Run one job to its end; JobFailed says why it failed."""
    job = PROCESSING.find(engine, name)
    names = hosts(job["ProcessingResources"]["ClusterConfig"]["InstanceCount"])
    stamp = round(job["CreationTime"])
    caller = partial(role_caller, engine, job["RoleArn"])
    logs = {host: LogStream(caller, LOG_GROUP, f"{name}/{host}-{stamp}") for host in names}
    try:
        _execute(Run(engine, job, containers, logs))
    finally:
        for log in logs.values():
            log.close()


def _execute(run: Run) -> None:
    image = pull(run.caller, run.job["AppSpecification"]["ImageUri"])
    for host in run.logs:
        _write_config(run, host)
    for item in run.inputs:
        folders = [_inside(base, item["LocalPath"]) for base in run.bases.values()]
        distribution = item.get("S3DataDistributionType", "FullyReplicated")
        fetch(run.caller, item["S3Uri"], item["S3DataType"], distribution, folders)
    processes = [_container(run, image, host) for host in run.logs]
    PROCESSING.change(run.engine, run.name, lambda record: record.update(ProcessingStartTime=now()))
    limit = float(run.job["StoppingCondition"]["MaxRuntimeInSeconds"])
    outcome = Outcome(stopped=True) if run.containers.stop_requested else run.containers.run(processes, limit)
    _keep_message(run)
    _upload(run)
    _finish(run, outcome, limit)


def _finish(run: Run, outcome: Outcome, limit: float) -> None:
    if outcome.exit_code:
        said = first_characters(run.bases[outcome.failed] / "output" / "failure")
        said = said or first_characters(run.bases[outcome.failed] / "output" / "message")
        raise AlgorithmFailure(said, outcome.exit_code)
    late = f"The processing job exceeded its MaxRuntimeInSeconds of {limit:.0f}" if outcome.timed_out else ""
    status = "Stopped" if outcome.stopped or outcome.timed_out else "Completed"
    jobs.end(run.engine, PROCESSING, run.name, status, late)


def _inside(base: Path, local_path: str) -> Path:
    return base / local_path.removeprefix(OPT_ML).lstrip("/")


def _write_config(run: Run, host: str) -> None:
    """`/opt/ml/config/*.json`: the request as the job sees it, and who else works on it."""
    base = run.bases[host]
    config = base / "config"
    config.mkdir(parents=True, exist_ok=True)
    (base / "output").mkdir(exist_ok=True)
    for output in run.outputs:
        _inside(base, output["LocalPath"]).mkdir(parents=True, exist_ok=True)
    files = {
        "processingjobconfig": job_config(run.job),
        "resourceconfig": {"current_host": host, "hosts": list(run.logs)},
    }
    for name, content in files.items():
        (config / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def job_config(job: dict[str, Any]) -> dict[str, Any]:
    """`processingjobconfig.json`: the request, with null for what it left out."""
    application = job["AppSpecification"]
    return {
        "ProcessingJobArn": job["ProcessingJobArn"],
        "ProcessingJobName": job["ProcessingJobName"],
        "AppSpecification": {
            "ImageUri": application["ImageUri"],
            "ContainerEntrypoint": application.get("ContainerEntrypoint"),
            "ContainerArguments": application.get("ContainerArguments"),
        },
        "Environment": job.get("Environment", {}),
        "ProcessingInputs": job.get("ProcessingInputs", []),
        "ProcessingOutputConfig": {
            "Outputs": job.get("ProcessingOutputConfig", {}).get("Outputs", []),
            "KmsKeyId": _key(job),
        },
        "ProcessingResources": job["ProcessingResources"],
        "RoleArn": job["RoleArn"],
        "StoppingCondition": job["StoppingCondition"],
    }


def _key(job: dict[str, Any]) -> str | None:
    key: str | None = job.get("ProcessingOutputConfig", {}).get("KmsKeyId")
    return key


def _container(run: Run, image: Any, host: str) -> Container:
    application = run.job["AppSpecification"]
    command = Command(application.get("ContainerArguments", []), application.get("ContainerEntrypoint"))
    isolated = run.job.get("NetworkConfig", {}).get("EnableNetworkIsolation", False)
    env = {**credentials(run.caller, isolated=isolated), **run.job.get("Environment", {})}
    return command.container(image, host, run.bases[host], env, run.logs[host].write, list(run.logs))


def _keep_message(run: Run) -> None:
    message = first_characters(run.bases[next(iter(run.logs))] / "output" / "message")
    if message:
        PROCESSING.change(run.engine, run.name, lambda record: record.update(ExitMessage=message))


def _upload(run: Run) -> None:
    """EndOfJob: what each instance left in each output's folder, whatever the job's end."""
    for output in run.outputs:
        for base in run.bases.values():
            folder = _inside(base, output["LocalPath"])
            storage.upload_folder(run.caller, folder, Location.parse(output["S3Uri"]), _key(run.job))
