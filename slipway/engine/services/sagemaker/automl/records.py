"""AutoML jobs on record. A name is unique whatever its case.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateAutoMLJobV2.html (AutoMLJobName)
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker import service
from slipway.engine.services.sagemaker.service import now, table

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

TABLE = "automl-jobs"
ARN = "automl-job"
FINISHED = frozenset({"Completed", "Failed", "Stopped"})


def claim(engine: Engine, record: dict[str, Any]) -> None:
    """Put a new job on record, or ResourceInUse."""
    if not table(engine, TABLE).claim(record["AutoMLJobName"].lower(), record):
        raise AwsError(
            "ResourceInUse",
            "AutoML job names must be unique within an AWS account and region, whatever their case, and an AutoML job "
            f"with this name already exists ({service.arn(engine, ARN, record['AutoMLJobName'])})",
            status=400,
        )


def find(engine: Engine, name: str) -> dict[str, Any]:
    """The job's record, or SageMaker's error."""
    return service.find(engine, TABLE, name.lower(), "Requested resource not found.", "ResourceNotFound")


def change(engine: Engine, name: str, how: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Alter the record."""

    def stamped(record: dict[str, Any]) -> None:
        how(record)
        record["LastModifiedTime"] = now()

    return table(engine, TABLE).change(name.lower(), stamped)


def folder(engine: Engine, name: str) -> Path:
    """Where the job has its files while it runs."""
    return engine.home / "sagemaker" / TABLE / name.lower()
