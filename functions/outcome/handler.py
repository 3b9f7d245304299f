"""Hands the outcome of Train on as variables of the pipeline: for stack parameters and for the approval message.

Invoked by a CodePipeline action with the user parameters `{"executionArn": "#{Train.ExecutionArn}"}`:
https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html
"""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import boto3

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient
    from mypy_boto3_stepfunctions import SFNClient

REGION: Final = os.environ["AWS_REGION"]
CODEPIPELINE: Final[CodePipelineClient] = boto3.client("codepipeline")
STEP_FUNCTIONS: Final[SFNClient] = boto3.client("stepfunctions")

# CustomData of an approval takes 1,000 characters, and Build's notice stands behind this.
SUMMARY_CHARACTERS: Final = 600


class OutputMissing(Exception):
    """The execution has not ended with an output."""


def handler(event: dict[str, Any], _context: object) -> None:
    """Answer the job with the variables, or with what went wrong: a job without an answer hangs until it expires."""
    job = event["CodePipeline.job"]
    try:
        parameters = json.loads(job["data"]["actionConfiguration"]["configuration"]["UserParameters"])
        variables = outcome(output(parameters["executionArn"]))
    except Exception as fault:
        logging.exception("the outcome could not be read")
        message = f"{type(fault).__name__}: {fault}"[:5000]
        CODEPIPELINE.put_job_failure_result(jobId=job["id"], failureDetails={"type": "JobFailed", "message": message})
    else:
        CODEPIPELINE.put_job_success_result(jobId=job["id"], outputVariables=variables)


def output(execution_arn: str) -> dict[str, Any]:
    """The output of an execution that succeeded."""
    execution = STEP_FUNCTIONS.describe_execution(executionArn=execution_arn)
    if execution["status"] != "SUCCEEDED":
        raise OutputMissing(f"expected {execution_arn} to have SUCCEEDED, found {execution['status']}")
    result: dict[str, Any] = json.loads(execution["output"])
    return result


def outcome(result: dict[str, Any]) -> dict[str, str]:
    """The state machine's output as variables; a variable is never empty, so "-" stands for nothing."""
    champion = result["championMetrics"]
    return {
        "Image": result["image"],
        "ModelDataUrl": result["modelDataUrl"],
        "ModelPackageArn": result["modelPackageArn"],
        "Metric": result["metric"],
        "Metrics": _line(result["metrics"]),
        "Champion": result["championPackageArn"],
        "ChampionMetrics": _line(champion) if champion else "-",
        "ReportUrl": report_url(result["reportUri"]),
        "Summary": summary(result)[:SUMMARY_CHARACTERS],
    }


def summary(result: dict[str, Any]) -> str:
    """What an approver wants to know first: the metric that counts, beside the champion's, and all the others."""
    metric, champion = result["metric"], result["championMetrics"]
    if champion:
        against = f"{champion[metric]:.4f} of the champion"
    elif result["championPackageArn"] == "-":
        against = "no champion yet"
    else:
        against = "the champion cannot be measured on these rows"
    lines = [
        f"{metric} {result['metrics'][metric]:.4f}, {against}.",
        f"Candidate: {_line(result['metrics'])}.",
        *([f"Champion: {_line(champion)}."] if champion else []),
        f"Commit {result['commit'][:12]}, data {result['dataVersion']}, {'reused' if result['reused'] else 'trained'}.",
    ]
    return " ".join(lines)


def report_url(uri: str) -> str:
    """The page of the console that opens the report, which needs the approver's own permission to read it."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return f"https://{REGION}.console.aws.amazon.com/s3/object/{bucket}?region={REGION}&prefix={quote(key)}"


def _line(metrics: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.4f}" for name, value in metrics.items())
