"""A small AutoML job, and tables for it."""

from __future__ import annotations

import uuid
from typing import Any

from tests.engine.services.sagemaker.support import BUCKET

ROLE = "arn:aws:iam::111122223333:role/Automl"


def job(**changes: Any) -> dict[str, Any]:
    """A request whose data is not there."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/nowhere.csv"}}
    return {
        "AutoMLJobName": f"automl-{uuid.uuid4().hex[:8]}",
        "AutoMLJobInputDataConfig": [{"DataSource": source}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/automl"},
        "AutoMLProblemTypeConfig": {"TabularJobConfig": {"TargetAttributeName": "y"}},
        "RoleArn": ROLE,
        **changes,
    }


def table(rows: int, target: str = "y", *values: str) -> str:
    """CSV with a number and a target, whose values take turns."""
    said = values or ("yes", "no")
    lines = [f"{number},{said[number % len(said)]}" for number in range(rows)]
    return "\n".join((f"x,{target}", *lines)) + "\n"
