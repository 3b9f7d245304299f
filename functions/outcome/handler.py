"""Hands the outcome of Train on as variables of the pipeline: for stack parameters and for the approval message.

Invoked by a CodePipeline action with the user parameters `{"executionArn": "#{Train.ExecutionArn}"}`:
https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html

A model has as many containers as its package says, with variables of their own, which no stack parameter can carry. So
the package's containers are written into a template of the model, which the stacks of both environments nest. With
deploy.mode multi-model that is another template, of one container that holds several versions.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import boto3

import multi_model

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_stepfunctions import SFNClient

REGION: Final = os.environ["AWS_REGION"]
ARTIFACT_BUCKET: Final = os.environ["ARTIFACT_BUCKET"]
KEY_ARN: Final = os.environ["KEY_ARN"]
CODEPIPELINE: Final[CodePipelineClient] = boto3.client("codepipeline")
S3: Final[S3Client] = boto3.client("s3")
SAGEMAKER: Final[SageMakerClient] = boto3.client("sagemaker")
STEP_FUNCTIONS: Final[SFNClient] = boto3.client("stepfunctions")

# CustomData of an approval takes 1,000 characters, and Build's notice stands behind this.
SUMMARY_CHARACTERS: Final = 600
# By partition: https://docs.aws.amazon.com/awsconsolehelpdocs/latest/gsg/what-is.html and
# https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/using-govcloud-endpoints.html
CONSOLES: Final = {
    # verify:skip=place-url-suffix: the console of this partition, beside those of the others
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
MODEL_TEMPLATE: Final = Path(__file__).with_name("model.json")
# What of a package's container a model takes:
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html
CONTAINER_MEMBERS: Final[tuple[str, ...]] = ("ContainerHostname", "Image", "ModelDataUrl", "Environment")


class OutputMissing(Exception):
    """The execution has not ended with an output."""


def handler(event: dict[str, Any], _context: object) -> None:
    """Answer the job with the variables, or with what went wrong: a job without an answer hangs until it expires."""
    job = event["CodePipeline.job"]
    try:
        parameters = json.loads(job["data"]["actionConfiguration"]["configuration"]["UserParameters"])
        execution, result = found(parameters["executionArn"])
        variables = {**outcome(result), "ModelTemplate": model_template(result["modelPackageArn"], execution)}
    except Exception as fault:
        logging.exception("the outcome could not be read")
        message = f"{type(fault).__name__}: {fault}"[:5000]
        CODEPIPELINE.put_job_failure_result(jobId=job["id"], failureDetails={"type": "JobFailed", "message": message})
    else:
        CODEPIPELINE.put_job_success_result(jobId=job["id"], outputVariables=variables)


def found(execution_arn: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Input and output of an execution that succeeded."""
    execution = STEP_FUNCTIONS.describe_execution(executionArn=execution_arn)
    if execution["status"] != "SUCCEEDED":
        raise OutputMissing(f"expected {execution_arn} to have SUCCEEDED, found {execution['status']}")
    return json.loads(execution["input"]), json.loads(execution["output"])


def outcome(result: dict[str, Any]) -> dict[str, str]:
    """The state machine's output as variables; a variable is never empty, so "-" stands for nothing."""
    champion = result["championMetrics"]
    return {
        "ModelDataUrl": result["modelDataUrl"],
        "Run": result["run"],
        "ModelPackageArn": result["modelPackageArn"],
        "Metric": result["metric"],
        "Metrics": _line(result["metrics"]),
        "Champion": result["championPackageArn"],
        "ChampionMetrics": _line(champion) if champion else "-",
        "ReportUrl": report_url(result["reportUri"]),
        "Summary": summary(result)[:SUMMARY_CHARACTERS],
    }


def model_template(package_arn: str, execution: dict[str, Any]) -> str:
    """Write the templates of a package's model; the key of the one that the execution's deploy.mode needs."""
    several = multi_model.Versions(SAGEMAKER, S3)
    containers: list[dict[str, Any]] = [
        {member: container[member] for member in CONTAINER_MEMBERS if member in container}
        for container in several.containers(package_arn)
    ]
    # In every mode: an A/B test may try the package later.
    alone = keep_template(f"models/{package_arn.partition(':model-package/')[2]}.json", containers)
    if execution["config"]["deploy"]["mode"] != "multi-model":
        return alone
    chosen = several.chosen(package_arn, execution)
    prefix = several.keep(chosen)
    all_of_them = [multi_model.container(containers, prefix, chosen)]
    return keep_template(f"{prefix}model.json", all_of_them, list(map(multi_model.number, chosen)))


def keep_template(key: str, containers: list[dict[str, Any]], held: list[str] | None = None) -> str:
    """Write a model's template to the artifact bucket, with the versions that its container holds; the key."""
    template = json.loads(MODEL_TEMPLATE.read_text(encoding="utf-8"))
    template["Resources"]["Model"]["Properties"]["Containers"] = containers
    if held:
        template["Outputs"]["Versions"] = {"Description": "What it holds, the champion first.", "Value": ",".join(held)}
    body = json.dumps(template, indent=1).encode()
    S3.put_object(Bucket=ARTIFACT_BUCKET, Key=key, Body=body, ServerSideEncryption="aws:kms", SSEKMSKeyId=KEY_ARN)
    return key


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
    console = CONSOLES[S3.meta.partition]
    return f"https://{REGION}.{console}/s3/object/{bucket}?region={REGION}&prefix={quote(key)}"


def _line(metrics: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.4f}" for name, value in metrics.items())
