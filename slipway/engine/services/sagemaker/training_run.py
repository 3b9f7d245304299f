"""What a training job does: Starting, Downloading, Training, Uploading, and how it ends.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html (input)
docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-output.html (output, failure file)
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.engine.logs import LogStream
from slipway.engine.services.sagemaker import archive, jobs, storage, training_config
from slipway.engine.services.sagemaker.channels import fetch
from slipway.engine.services.sagemaker.containers import OPT_ML, Container, Containers, Outcome, hosts
from slipway.engine.services.sagemaker.failures import AlgorithmFailure, first_characters
from slipway.engine.services.sagemaker.jobs import TRAINING
from slipway.engine.services.sagemaker.launch import Command, credentials, pull
from slipway.engine.services.sagemaker.metrics import LogMetrics
from slipway.engine.services.sagemaker.service import now, role_caller
from slipway.engine.services.sagemaker.storage import Location, NothingThere

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine

LOG_GROUP = "/aws/sagemaker/TrainingJobs"


@dataclass
class Run:
    """One training job under way."""

    engine: Engine
    job: dict[str, Any]
    containers: Containers
    metrics: LogMetrics
    logs: dict[str, LogStream]

    @property
    def caller(self) -> Caller:
        """The job's role; asked for anew each time, since a session may end before a long job does."""
        return role_caller(self.engine, self.job["RoleArn"])

    @property
    def name(self) -> str:
        """The job's name."""
        return str(self.job["TrainingJobName"])

    @property
    def output(self) -> Location:
        """`<S3OutputPath>/<job>/output`."""
        return Location.parse(self.job["OutputDataConfig"]["S3OutputPath"]).below(self.name, "output")

    @property
    def bases(self) -> dict[str, Path]:
        """Each instance's /opt/ml."""
        return {host: TRAINING.folder(self.engine, self.name) / host for host in self.logs}

    def enter(self, status: str) -> None:
        """Enter a secondary status, unless the job is already being stopped."""

        def change(record: dict[str, Any]) -> None:
            if record["TrainingJobStatus"] == "InProgress":
                jobs.transition(record, status)
            if status == "Training":
                record["TrainingStartTime"] = now()

        TRAINING.change(self.engine, self.name, change)

    def say(self, line: str) -> None:
        """A line of the platform's own in the first instance's log."""
        next(iter(self.logs.values())).write(f"[sagemaker] {line}")


def run(engine: Engine, name: str, containers: Containers) -> None:
    """Run one job to its end; JobFailed says why it failed."""
    job = TRAINING.find(engine, name)
    names = hosts(job["ResourceConfig"]["InstanceCount"])
    stamp = round(job["CreationTime"])
    caller = partial(role_caller, engine, job["RoleArn"])
    logs = {host: LogStream(caller, LOG_GROUP, f"{name}/{host}-{stamp}") for host in names}
    metrics = LogMetrics(job["AlgorithmSpecification"].get("MetricDefinitions", []))
    running = Run(engine, job, containers, metrics, logs)
    try:
        _execute(running)
    finally:
        for log in logs.values():
            log.close()


def _execute(run: Run) -> None:
    image = pull(run.caller, run.job["AlgorithmSpecification"]["TrainingImage"])
    for host, base in run.bases.items():
        training_config.write(base, run.job, host, list(run.logs))
    run.enter("Downloading")
    _download(run)
    processes = [_container(run, image, host) for host in run.logs]
    run.enter("Training")
    outcome = Outcome(stopped=True) if run.containers.stop_requested else run.containers.run(processes, _limit(run))
    _keep_metrics(run)
    _upload_checkpoints(run)
    if outcome.exit_code:
        said = first_characters(run.bases[outcome.failed] / "output" / "failure")
        raise AlgorithmFailure(said, outcome.exit_code)
    run.enter("Uploading")
    _upload(run)
    _finish(run, outcome)


def _limit(run: Run) -> float:
    return float(run.job["StoppingCondition"]["MaxRuntimeInSeconds"])


def _finish(run: Run, outcome: Outcome) -> None:
    if outcome.timed_out:
        jobs.end(run.engine, TRAINING, run.name, "Stopped", secondary="MaxRuntimeExceeded")
    else:
        jobs.end(run.engine, TRAINING, run.name, "Stopped" if outcome.stopped else "Completed")


def _download(run: Run) -> None:
    for channel in run.job.get("InputDataConfig", []):
        source = channel["DataSource"]["S3DataSource"]
        mode = channel.get("InputMode", run.job["AlgorithmSpecification"]["TrainingInputMode"])
        if mode == "FastFile":
            run.say(f"channel {channel['ChannelName']}: FastFile is executed as File, all objects are downloaded first")
        folders = [base / "input" / "data" / channel["ChannelName"] for base in run.bases.values()]
        distribution = source.get("S3DataDistributionType", "FullyReplicated")
        fetch(run.caller, source["S3Uri"], source["S3DataType"], distribution, folders)
    _download_checkpoints(run)


def _container(run: Run, image: Any, host: str) -> Container:
    algorithm = run.job["AlgorithmSpecification"]
    entrypoint = algorithm.get("ContainerEntrypoint")
    args = algorithm.get("ContainerArguments", [] if entrypoint else ["train"])
    isolated = run.job.get("EnableNetworkIsolation", False)
    env = {**credentials(run.caller, isolated=isolated), **training_config.environment(run.job)}

    def log(line: str) -> None:
        run.logs[host].write(line)
        run.metrics.read(line)

    return Command(args, entrypoint).container(image, host, run.bases[host], env, log, list(run.logs))


def _checkpoint_folder(run: Run, base: Path) -> Path:
    local = str(run.job["CheckpointConfig"].get("LocalPath", training_config.CHECKPOINTS)).rstrip("/")
    return base / local.removeprefix(OPT_ML).lstrip("/")


def _download_checkpoints(run: Run) -> None:
    """What an earlier run of the job left; nothing is there the first time.

    docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html
    """
    if "CheckpointConfig" not in run.job:
        return
    for base in run.bases.values():
        folder = _checkpoint_folder(run, base)
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(NothingThere):
            for found in storage.under_prefix(run.caller, run.job["CheckpointConfig"]["S3Uri"].rstrip("/") + "/"):
                storage.download(run.caller, found, folder)


def _upload_checkpoints(run: Run) -> None:
    if "CheckpointConfig" not in run.job:
        return
    for base in run.bases.values():
        to = Location.parse(run.job["CheckpointConfig"]["S3Uri"])
        storage.upload_folder(run.caller, _checkpoint_folder(run, base), to, _key(run))


def _key(run: Run) -> str | None:
    key: str | None = run.job["OutputDataConfig"].get("KmsKeyId")
    return key


def _keep_metrics(run: Run) -> None:
    final = run.metrics.final()
    if final:
        TRAINING.change(run.engine, run.name, lambda record: record.update(FinalMetricDataList=final))
        refused = run.metrics.publish(run.caller, run.name)
        if refused:
            run.say(f"metrics were not published to CloudWatch: {refused}")


def _upload(run: Run) -> None:
    """Every instance's /opt/ml/model as one model.tar.gz, and /opt/ml/output/data, if any, as output.tar.gz."""
    models = [base / "model" for base in run.bases.values()]
    data = [base / "output" / "data" for base in run.bases.values()]
    compressed = run.job["OutputDataConfig"].get("CompressionType", "GZIP") == "GZIP"
    artifacts = _upload_output(run, models, "model", compressed=compressed)
    if any(any(folder.iterdir()) for folder in data):
        _upload_output(run, data, "output", compressed=compressed)
    TRAINING.change(
        run.engine, run.name, lambda record: record.update(ModelArtifacts={"S3ModelArtifacts": str(artifacts)})
    )


def _upload_output(run: Run, folders: list[Path], name: str, *, compressed: bool) -> Location:
    if not compressed:
        for folder in folders:
            storage.upload_folder(run.caller, folder, run.output.below(name), _key(run))
        return run.output.below(name)
    packed = archive.pack(folders, TRAINING.folder(run.engine, run.name) / f"{name}.tar.gz")
    to = run.output.below(packed.name)
    storage.upload(run.caller, packed, to, _key(run))
    return to
