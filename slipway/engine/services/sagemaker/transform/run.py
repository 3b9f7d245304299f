"""The life of a transform job: fetch model and data, start the instances, transform every file, upload what came out.

docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html
docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformOutput.html
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from slipway.engine.logs import LogStream
from slipway.engine.services.sagemaker import jobs, model_data, storage
from slipway.engine.services.sagemaker.failures import ClientFailure, JobFailed
from slipway.engine.services.sagemaker.jobs import TRANSFORM
from slipway.engine.services.sagemaker.launch import credentials, pull
from slipway.engine.services.sagemaker.service import now, role_caller
from slipway.engine.services.sagemaker.storage import Location, NothingThere
from slipway.engine.services.sagemaker.transform import parameters
from slipway.engine.services.sagemaker.transform.instance import Instance, Program
from slipway.engine.services.sagemaker.transform.joining import Processing
from slipway.engine.services.sagemaker.transform.plan import Plan
from slipway.engine.services.sagemaker.transform.records import BadInput
from slipway.engine.services.sagemaker.transform.worker import BadAnswer, Item, Worker

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine
    from slipway.engine.services.sagemaker.containers import Containers
    from slipway.engine.services.sagemaker.model_containers import ModelContainer

# A container that lacks only the place where its lines go.
Model = Callable[[Callable[[str], None]], Program]
LOG_GROUP = "/aws/sagemaker/TransformJobs"
_TIMEOUT_SECONDS = 600
_LOOK_EVERY = 0.05
_AT_ONCE = 8


@dataclass
class Run:
    """One transform job under way."""

    engine: Engine
    job: dict[str, Any]
    containers: Containers
    logs: dict[str, LogStream] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def plan(self) -> Plan:
        """What the model was when the job was created."""
        return Plan.from_json(self.job["_Plan"])

    @property
    def caller(self) -> Caller:
        """The model's role; asked for anew each time, since a session may end before a long job does."""
        return role_caller(self.engine, self.plan.role_arn)

    @property
    def name(self) -> str:
        """The job's name."""
        return str(self.job["TransformJobName"])

    @property
    def folder(self) -> Path:
        """Where its files are while it runs."""
        return TRANSFORM.folder(self.engine, self.name)

    def log(self, stream: str) -> Callable[[str], None]:
        """`<job>/<stream>`, as AWS names it.

        docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
        """
        with self._lock:
            if stream not in self.logs:
                caller = partial(role_caller, self.engine, self.plan.role_arn)
                self.logs[stream] = LogStream(caller, LOG_GROUP, f"{self.name}/{stream}")
            return self.logs[stream].write


def run(engine: Engine, name: str, containers: Containers) -> None:
    """Run one job to its end; JobFailed says why it failed."""
    running = Run(engine, TRANSFORM.find(engine, name), containers)
    try:
        _execute(running)
    finally:
        for log in running.logs.values():
            log.close()


def _execute(run: Run) -> None:
    models = [_model(run, number, container) for number, container in enumerate(run.plan.containers, 1)]
    items = _download(run)
    timeout = run.job.get("ModelClientConfig", {}).get("InvocationsTimeoutInSeconds", _TIMEOUT_SECONDS)
    count = run.job["TransformResources"]["InstanceCount"]
    instances = [
        Instance(run.engine, run.folder / "instances", f"{TRANSFORM.arn}/{run.name}", timeout) for _ in range(count)
    ]
    try:
        failures = _transform(run, instances, models, items)
    finally:
        # A container that began while the others were ended.
        for instance in instances:
            instance.end()
    if run.containers.stop_requested:
        jobs.end(run.engine, TRANSFORM, run.name, "Stopped")
        return
    _upload(run, [item for item in items if item.target.exists()])
    _finish(run, failures)


def _finish(run: Run, failures: list[BadInput | BadAnswer]) -> None:
    if not failures:
        jobs.end(run.engine, TRANSFORM, run.name, "Completed")
        return
    ours = all(isinstance(failure, BadInput) or failure.client for failure in failures)
    raise JobFailed(f"{'ClientError' if ours else 'AlgorithmError'}: See job logs for more information")


def _model(run: Run, number: int, container: ModelContainer) -> Model:
    """A container's image and data, fetched under the model's role."""
    image = pull(run.caller, container.image)
    folder = run.folder / "models" / str(number)
    folder.mkdir(parents=True)
    if container.model_data:
        try:
            model_data.fetch(run.caller, container.model_data, folder)
        except (ClientError, NothingThere, OSError) as error:
            raise ClientFailure(
                f"Failed to download model data from URL: {container.model_data['S3Uri']}: {error}"
            ) from error
    own = {**credentials(run.caller, isolated=run.plan.isolated), **container.environment}
    return partial(Program, image, folder, {**own, **parameters.environment(run.job)})


def _download(run: Run) -> list[Item]:
    """The input files, with the places of their outputs."""
    source = run.job["TransformInput"]["DataSource"]["S3DataSource"]
    inputs, outputs = run.folder / "input", run.folder / "output"
    look = storage.in_manifest if source["S3DataType"] == "ManifestFile" else storage.under_prefix
    found = look(run.caller, source["S3Uri"])
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="download") as pool:
        downloads = [pool.submit(storage.download, run.caller, item, inputs) for item in found]
    return [
        Item(f"{item.location.bucket}/{item.location.key}", download.result(), outputs / f"{item.path}.out")
        for item, download in zip(found, downloads, strict=True)
    ]


def _transform(
    run: Run, instances: list[Instance], models: list[Model], items: list[Item]
) -> list[BadInput | BadAnswer]:
    """Every instance its share of the files; what went wrong. Returns early when the job is stopped."""
    with ThreadPoolExecutor(len(instances), thread_name_prefix="transform") as pool:
        shares = [items[number :: len(instances)] for number in range(len(instances))]
        parts = [pool.submit(_part, run, *pair, models) for pair in zip(instances, shares, strict=True)]
        try:
            _wait(run, parts)
        finally:
            for instance in instances:
                instance.end()
    return [failure for part in parts for failure in part.result()]


def _wait(run: Run, parts: list[Future[list[BadInput | BadAnswer]]]) -> None:
    """Until all have ended, or the job is stopped: its servers are then ended under the hands of its threads."""
    while not all(part.done() for part in parts) and not run.containers.pause(_LOOK_EVERY):
        if any(part.done() and part.exception() is not None for part in parts):
            return


def _part(run: Run, instance: Instance, items: list[Item], models: list[Model]) -> list[BadInput | BadAnswer]:
    stream = f"{instance.id}-{round(time.time())}"
    say = _stamped(run.log(f"{stream}/data-log"))
    names = [f"{stream}/{container.name}" for container in run.plan.containers] if len(models) > 1 else [stream]
    programs = [model(run.log(name)) for model, name in zip(models, names, strict=True)]
    if not instance.start(programs, run.containers.pause):
        return []
    TRANSFORM.change(run.engine, run.name, lambda record: record.setdefault("TransformStartTime", now()))
    chosen = parameters.chosen(run.job, instance.execution_parameters())
    say(str(chosen))
    wanted = run.job["TransformInput"].get("ContentType", "")
    processing = Processing.parse(run.job.get("DataProcessing", {}), wanted)
    worker = Worker(instance, run.job, chosen, processing, say, lambda: _is_over(run))
    return worker.run(items)


def _stamped(write: Callable[[str], None]) -> Callable[[str], None]:
    """A `data-log` has the platform's own lines, each with its time."""
    return lambda line: write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + f":[sagemaker logs]: {line}")


def _is_over(run: Run) -> bool:
    return run.containers.stop_requested or run.engine.stopping.is_set()


def _upload(run: Run, items: list[Item]) -> None:
    output = run.job["TransformOutput"]
    to, outputs = Location.parse(output["S3OutputPath"]), run.folder / "output"
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="upload") as pool:
        uploads = [
            pool.submit(
                storage.upload,
                run.caller,
                item.target,
                to.below(item.target.relative_to(outputs).as_posix()),
                output.get("KmsKeyId"),
            )
            for item in items
        ]
    for upload in uploads:
        upload.result()
