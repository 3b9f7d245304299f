"""What stands for calls with deploy.mode batch: an execution of the environment's state machine, followed to its end.

CodePipeline waits a day for a function that answers with continuation tokens, so that a batch has an hour less:
https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
"""

from __future__ import annotations

import csv
import io
import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import boto3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient

S3: Final[S3Client] = boto3.client("s3")
STEP_FUNCTIONS: Final[SFNClient] = boto3.client("stepfunctions")
LONGEST: Final = timedelta(hours=23)
SECONDS_BETWEEN_LOOKS: Final = 1


class BatchFailed(Exception):
    """The batch did not predict as it should."""


def start(machine: str) -> str:
    """Begin; the ARN of the execution."""
    return STEP_FUNCTIONS.start_execution(stateMachineArn=machine, input="{}")["executionArn"]


def output(execution: str, until: float) -> dict[str, Any] | None:
    """What an execution that succeeded ended with; None when it has not ended at that moment of the monotonic clock."""
    while (found := STEP_FUNCTIONS.describe_execution(executionArn=execution))["status"] == "RUNNING":
        if datetime.now(UTC) - found["startDate"] > LONGEST:
            STEP_FUNCTIONS.stop_execution(executionArn=execution, cause=f"not done in {LONGEST}")
            raise BatchFailed(
                f"{execution} was not done in {LONGEST}, which is as long as a pipeline can wait for it; raise "
                "deploy.batch.instanceCount, or give it fewer rows"
            )
        if time.monotonic() > until:
            return None
        time.sleep(SECONDS_BETWEEN_LOOKS)
    if found["status"] != "SUCCEEDED":
        raise BatchFailed(f"{execution} ended as {found['status']}: {found.get('cause', 'without a cause')}")
    result: dict[str, Any] = json.loads(found["output"])
    return result


def check(folder: str, sample: str, count: int) -> None:
    """The predictions of the sample are there: a line for each of its rows, which ends with a label and a score."""
    bucket, _, prefix = folder.removeprefix("s3://").partition("/")
    name = sample.rpartition("/")[2].removesuffix(".json")
    key = f"{prefix}{name}.csv.out"
    text = S3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    lines = list(csv.reader(io.StringIO(text)))
    if len(lines) != count or not all(_is_prediction(line) for line in lines):
        raise BatchFailed(
            f"expected {count} predictions in s3://{bucket}/{key}, found {len(lines)} lines: {text[:500]}"
        )


def _is_prediction(line: list[str]) -> bool:
    try:
        return len(line) >= 2 and 0 <= float(line[-1]) <= 1
    except ValueError:
        return False
