"""The life of an AutoML job: its thread, the statuses it enters, and how it ends.

`drive` is the only thing that ends a job, and it always does.
"""

from __future__ import annotations

import shutil
import threading
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker.automl import records
from slipway.engine.services.sagemaker.automl.records import FINISHED
from slipway.engine.services.sagemaker.containers import Containers
from slipway.engine.services.sagemaker.failures import REASON_CHARACTERS, ClientFailure, EngineStopping, JobFailed
from slipway.engine.services.sagemaker.service import SERVICE, invalid, now, table
from slipway.engine.services.sagemaker.storage import NothingThere

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

Run = Callable[["Engine", str, Containers], None]
_live: dict[str, Containers] = {}
_live_lock = threading.Lock()


def start(engine: Engine, name: str, run: Run) -> None:
    """Begin the job's thread."""
    containers = Containers(engine, f"{records.ARN}/{name}")
    with _live_lock:
        _live[name.lower()] = containers
    engine.spawn(f"{records.ARN}/{name}", drive, engine, name, run, containers)


def drive(engine: Engine, name: str, run: Run, containers: Containers) -> None:
    """Run one job to its end, whatever happens on the way."""
    try:
        run(engine, name, containers)
    except EngineStopping:
        return
    except JobFailed as failure:
        fail(engine, name, str(failure))
    except (NothingThere, ClientError, AwsError, BotoCoreError) as error:
        fail(engine, name, str(ClientFailure(str(error))))
    except Exception as error:  # noqa: BLE001 - a job must not stay InProgress for ever because of our own mistake
        traceback.print_exc()
        fail(engine, name, f"InternalServerError: the engine failed while it ran the job: {error!r}")
    finally:
        with _live_lock:
            _live.pop(name.lower(), None)
        shutil.rmtree(records.folder(engine, name), ignore_errors=True)


def enter(engine: Engine, name: str, secondary: str) -> None:
    """Enter a secondary status, unless the job is being stopped."""

    def change(record: dict[str, Any]) -> None:
        if record["AutoMLJobStatus"] == "InProgress":
            record["AutoMLJobSecondaryStatus"] = secondary

    records.change(engine, name, change)


def fail(engine: Engine, name: str, reason: str) -> None:
    """End the job as Failed."""
    end(engine, name, "Failed", "Failed", reason)


def end(engine: Engine, name: str, status: str, secondary: str, reason: str = "") -> None:
    """End the job, and every candidate that was under way with it."""

    def change(record: dict[str, Any]) -> None:
        record["AutoMLJobStatus"] = status
        record["AutoMLJobSecondaryStatus"] = secondary
        record["EndTime"] = now()
        if reason:
            record["FailureReason"] = reason[:REASON_CHARACTERS]
        for candidate in record["_candidates"].values():
            if candidate["CandidateStatus"] == "InProgress":
                candidate.update(CandidateStatus="Stopped", ObjectiveStatus="Failed", EndTime=now())

    records.change(engine, name, change)


def stop(engine: Engine, name: str) -> None:
    """Ask a job to stop; one that has ended is a ValidationException."""
    status = records.find(engine, name)["AutoMLJobStatus"]
    if status in FINISHED:
        raise invalid(f"The request was rejected because the AutoML job is in status {status}.")

    def stopping(record: dict[str, Any]) -> None:
        if record["AutoMLJobStatus"] == "InProgress":
            record.update(AutoMLJobStatus="Stopping", AutoMLJobSecondaryStatus="Stopping")

    records.change(engine, name, stopping)
    with _live_lock:
        containers = _live.get(name.lower())
    if containers is not None:
        containers.request_stop()


@SERVICE.on_start
def fail_interrupted(engine: Engine) -> None:
    """Fail, by name, the jobs whose process went away with an earlier engine."""
    for record in list(table(engine, records.TABLE).values()):
        if record["AutoMLJobStatus"] not in FINISHED:
            name = record["AutoMLJobName"]
            reason = f"InternalServerError: the engine was restarted while {records.ARN} {name} ran; start it again"
            fail(engine, name, reason)
            shutil.rmtree(records.folder(engine, name), ignore_errors=True)
