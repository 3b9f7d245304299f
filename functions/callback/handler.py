"""Answers the step PrepareBySpark of the SageMaker pipeline by a run of a Glue job.

The step puts a message with its token in a queue and waits for an answer, without a limit; the message starts the run.
The token is an argument of the run, so that nothing else has to be kept. The run's end is an event that comes by the
same queue. Events are delivered at best effort, so a message stays in the queue until its step is answered: it is
looked at again whenever its visibility timeout is over, and a function that failed meanwhile does no harm.
https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-callback
https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
"""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

JOB: Final = os.environ["JOB"]
GLUE: Final[Any] = boto3.client("glue")
SAGEMAKER: Final[SageMakerClient] = boto3.client("sagemaker")
LOGGER: Final = logging.getLogger()
LOGGER.setLevel(logging.INFO)

TOKEN: Final = "--callback-token"  # noqa: S105 - the name of an argument
ENDED: Final = ("SUCCEEDED", "FAILED", "ERROR", "STOPPED", "TIMEOUT", "EXPIRED")
# What another moment may not answer: too many runs already, too few addresses or machines, a fault of Glue's own.
NOT_NOW: Final = (
    "ConcurrentRunsExceededException",
    "InternalServiceException",
    "OperationTimeoutException",
    "ResourceNumberLimitExceededException",
    "ThrottlingException",
)
# Whoever asks again for a step that was answered is told so: by the event and by its message, for one.
ANSWERED: Final = ("ConflictException", "ResourceNotFound")
# A step waits for as long as its run is one of the newest.
NEWEST_RUNS: Final = 200
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SendPipelineExecutionStepFailure.html
REASON_CHARACTERS: Final = 256


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Look at messages; those whose steps wait on stay in the queue."""
    left = [record["messageId"] for record in event["Records"] if not settled(json.loads(record["body"]))]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in left]}


def settled(message: dict[str, Any]) -> bool:
    """Do what a message is for; whether it has done its part."""
    if "detail" in message:
        run = GLUE.get_job_run(JobName=JOB, RunId=message["detail"]["jobRunId"])["JobRun"]
        # A run without a token is the state machine's.
        if TOKEN in run.get("Arguments", {}):
            answer(run)
        return True
    run = run_for(message["token"])
    if run is not None and run["JobRunState"] in ENDED:
        answer(run)
        return True
    if not executing(message["pipelineExecutionArn"]):
        return stopped(message["token"], run)
    return run is None and not started(message)


def executing(execution: str) -> bool:
    """Whether an execution of the pipeline goes on; one that is being stopped does not."""
    described = SAGEMAKER.describe_pipeline_execution(PipelineExecutionArn=execution)
    return described["PipelineExecutionStatus"] == "Executing"


def run_for(token: str) -> dict[str, Any] | None:
    """The run of the job that has the token."""
    runs: list[dict[str, Any]] = GLUE.get_job_runs(JobName=JOB, MaxResults=NEWEST_RUNS)["JobRuns"]
    return next((run for run in runs if run.get("Arguments", {}).get(TOKEN) == token), None)


def started(message: dict[str, Any]) -> bool:
    """Start the run, unless Glue refuses it for good, which fails the step; whether the step waits on."""
    asked = message["arguments"]
    try:
        run = GLUE.start_job_run(
            JobName=JOB,
            Arguments={
                "--data": asked["data"],
                "--run": asked["run"],
                "--extra-py-files": asked["code"],
                TOKEN: message["token"],
            },
            WorkerType=asked["workerType"],
            NumberOfWorkers=int(asked["workers"]),
            # Glue counts in minutes.
            Timeout=-(-int(asked["maxRuntimeInSeconds"]) // 60),
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_NOW:
            LOGGER.info("tried again later: %s", error)
            return True
        fail(message["token"], str(error))
        return False
    LOGGER.info("started %s for %s", run["JobRunId"], message["pipelineExecutionArn"])
    return True


def stopped(token: str, run: dict[str, Any] | None) -> bool:
    """End the run of a step that a stop of its execution waits for; whether there is none."""
    if run is None:
        fail(token, "The execution was stopped before the job began.")
        return True
    GLUE.batch_stop_job_run(JobName=JOB, JobRunIds=[run["Id"]])
    return False


def answer(run: dict[str, Any]) -> None:
    """Tell the step how its run ended."""
    if run["JobRunState"] != "SUCCEEDED":
        fail(run["Arguments"][TOKEN], run.get("ErrorMessage") or f"The job run {run['Id']} is {run['JobRunState']}.")
        return
    outputs = [{"Name": "jobRunId", "Value": run["Id"]}]
    try:
        SAGEMAKER.send_pipeline_execution_step_success(
            CallbackToken=run["Arguments"][TOKEN],
            OutputParameters=outputs,  # type: ignore[arg-type]
        )
    except ClientError as error:
        tolerate(error)


def fail(token: str, reason: str) -> None:
    """Fail the step, for a reason that is cut where SageMaker takes no more of it."""
    LOGGER.info("failed: %s", reason)
    try:
        SAGEMAKER.send_pipeline_execution_step_failure(CallbackToken=token, FailureReason=reason[:REASON_CHARACTERS])
    except ClientError as error:
        tolerate(error)


def tolerate(error: ClientError) -> None:
    """Nothing is to be done for a step that was answered before."""
    if error.response["Error"]["Code"] not in ANSWERED:
        raise error
    LOGGER.info("answered before: %s", error)
