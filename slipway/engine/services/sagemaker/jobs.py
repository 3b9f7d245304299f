"""What all kinds of jobs share: their records' life, and the thread that drives one.

A job's record is durable; its containers are not. `drive` is the only thing that ends a job, and it always does: as
Completed, Stopped, or Failed with a reason.
"""

from __future__ import annotations

import shutil
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker import events
from slipway.engine.services.sagemaker.containers import Containers
from slipway.engine.services.sagemaker.failures import (
    REASON_CHARACTERS,
    ClientFailure,
    EngineStopping,
    JobFailed,
    NoCapacity,
)
from slipway.engine.services.sagemaker.service import arn, find, invalid, now, table
from slipway.engine.services.sagemaker.storage import NothingThere

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

Change = Callable[[dict[str, Any]], None]
FINISHED = frozenset({"Completed", "Failed", "Stopped"})
_live: dict[str, Containers] = {}
_live_lock = threading.Lock()


@dataclass(frozen=True)
class Kind:
    """Training, processing, …: the words that differ. `title` is the label where it is written as words."""

    label: str
    table: str
    arn: str
    title: str

    @property
    def name(self) -> str:
        """The member that holds the job's name."""
        return f"{self.label}JobName"

    @property
    def status(self) -> str:
        """The member that holds its status."""
        return f"{self.label}JobStatus"

    def folder(self, engine: Engine, name: str) -> Path:
        """Where the job's containers have their files while it runs."""
        return engine.home / "sagemaker" / self.table / name

    def find(self, engine: Engine, name: str) -> dict[str, Any]:
        """The job's record, or SageMaker's error."""
        return find(engine, self.table, name, "Requested resource not found.")

    def change(self, engine: Engine, name: str, change: Change) -> dict[str, Any]:
        """Alter the record; a change of its status is also an event."""
        before = table(engine, self.table)[name]

        def stamped(record: dict[str, Any]) -> None:
            change(record)
            record["LastModifiedTime"] = now()

        after = table(engine, self.table).change(name, stamped)
        if (after[self.status], after.get("SecondaryStatus")) != (before[self.status], before.get("SecondaryStatus")):
            events.state_change(engine, f"{self.title} Job", after, after[f"{self.label}JobArn"])
        return after


TRAINING = Kind("Training", "training-jobs", "training-job", "Training")
PROCESSING = Kind("Processing", "processing-jobs", "processing-job", "Processing")
TRANSFORM = Kind("Transform", "transform-jobs", "transform-job", "Transform")
TUNING = Kind("HyperParameterTuning", "tuning-jobs", "hyper-parameter-tuning-job", "HyperParameter Tuning")


def create(engine: Engine, kind: Kind, record: dict[str, Any], run: Callable[[Engine, str, Containers], None]) -> str:
    """Register a job and start its thread; its ARN. A name is used once, ever."""
    name = record[kind.name]
    job_arn = arn(engine, kind.arn, name)
    record = {f"{kind.label}JobArn": job_arn, "CreationTime": now(), "LastModifiedTime": now(), **record}
    if not table(engine, kind.table).claim(name, record):
        raise AwsError(
            "ResourceInUse",
            f"{kind.title} job names must be unique within an AWS account and region, and a {kind.title.lower()} job "
            f"with this name already exists ({job_arn})",
            status=400,
        )
    events.state_change(engine, f"{kind.title} Job", record, job_arn)
    containers = Containers(engine, f"{kind.arn}/{name}")
    with _live_lock:
        _live[job_arn] = containers
    if kind.find(engine, name)[kind.status] == "Stopping":
        containers.request_stop()  # asked for before there was anybody to ask
    engine.spawn(f"{kind.arn}/{name}", drive, engine, kind, name, run, containers)
    return job_arn


def drive(
    engine: Engine, kind: Kind, name: str, run: Callable[[Engine, str, Containers], None], containers: Containers
) -> None:
    """Run one job to its end, whatever happens on the way."""
    try:
        if engine.faults.lacks_capacity(f"{kind.arn}/{name}"):
            raise NoCapacity
        run(engine, name, containers)
    except EngineStopping:
        return
    except JobFailed as failure:
        fail(engine, kind, name, str(failure))
    except NothingThere as missing:
        fail(engine, kind, name, str(ClientFailure(str(missing))))
    except (ClientError, AwsError, BotoCoreError) as error:
        fail(engine, kind, name, str(ClientFailure(str(error))))
    except Exception as error:  # noqa: BLE001 - a job must not stay InProgress for ever because of our own mistake
        traceback.print_exc()
        fail(engine, kind, name, f"InternalServerError: the engine failed while it ran the job: {error!r}")
    finally:
        with _live_lock:
            _live.pop(arn(engine, kind.arn, name), None)
        shutil.rmtree(kind.folder(engine, name), ignore_errors=True)


def fail(engine: Engine, kind: Kind, name: str, reason: str) -> None:
    """End the job as Failed."""
    end(engine, kind, name, "Failed", reason)


def end(engine: Engine, kind: Kind, name: str, status: str, reason: str = "", secondary: str = "") -> None:
    """End the job: its status, its times, and why."""

    def change(record: dict[str, Any]) -> None:
        record[kind.status] = status
        if reason:
            record["FailureReason"] = reason[:REASON_CHARACTERS]
        record[f"{kind.label}EndTime"] = now()
        if kind is TRAINING:
            transition(record, secondary or status)
            record["SecondaryStatusTransitions"][-1]["EndTime"] = now()
            measure(record)

    kind.change(engine, name, change)


MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
    "MaxWaitTimeExceeded": "Training job runtime exceeded MaxWaitTimeInSeconds provided",
}


def transition(record: dict[str, Any], status: str) -> None:
    """Enter a secondary status and close the one before.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_SecondaryStatusTransition.html
    """
    at = now()
    transitions = record.setdefault("SecondaryStatusTransitions", [])
    if transitions:
        transitions[-1].setdefault("EndTime", at)
    transitions.append({"Status": status, "StartTime": at, "StatusMessage": MESSAGES[status]})
    record["SecondaryStatus"] = status


def measure(record: dict[str, Any]) -> None:
    """TrainingTimeInSeconds and what of it is billed; a local spot instance is never interrupted and saves nothing."""
    started = record.get("TrainingStartTime")
    if started is not None:
        seconds = max(1, round(record["TrainingEndTime"] - started))
        record["TrainingTimeInSeconds"] = record["BillableTimeInSeconds"] = seconds


def stop(engine: Engine, kind: Kind, name: str) -> None:
    """Ask a job to stop; one that has ended is a ValidationException."""
    record = kind.find(engine, name)
    if record[kind.status] in FINISHED:
        raise invalid(
            f"The request was rejected because the {kind.title.lower()} job is in status {record[kind.status]}."
        )
    ask_to_stop(engine, kind, name)


def ask_to_stop(engine: Engine, kind: Kind, name: str) -> None:
    """Let a job stop that runs, as far as one can tell; one that ends by itself meanwhile is left as it is."""

    def stopping(record: dict[str, Any]) -> None:
        if record[kind.status] == "InProgress":
            record[kind.status] = "Stopping"
            if kind is TRAINING:
                transition(record, "Stopping")

    record = kind.change(engine, name, stopping)
    with _live_lock:
        containers = _live.get(record[f"{kind.label}JobArn"])
    if containers is not None:
        containers.request_stop()


def fail_interrupted(engine: Engine, kind: Kind) -> None:
    """Fail, by name, the jobs whose containers went away with an earlier engine."""
    for name, record in list(table(engine, kind.table).items()):
        if record[kind.status] not in FINISHED:
            fail(
                engine,
                kind,
                name,
                f"InternalServerError: the engine was restarted while {kind.arn} {name} ran; start it again",
            )
            shutil.rmtree(kind.folder(engine, name), ignore_errors=True)
