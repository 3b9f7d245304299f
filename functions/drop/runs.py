"""The pipeline: which runs with new data are going on, which version is next, and what production was built from."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import ClientError

import inbox

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient
    from mypy_boto3_ssm import SSMClient

ARTIFACT_BUCKET: Final = os.environ["ARTIFACT_BUCKET"]
DATA_PARAMETER: Final = os.environ["DATA_PARAMETER"]
PIPELINE: Final = os.environ["PIPELINE"]
SOURCE_REVISION_TYPE: Final = os.environ["SOURCE_REVISION_TYPE"]
CODEPIPELINE: Final[CodePipelineClient] = boto3.client("codepipeline")
SSM: Final[SSMClient] = boto3.client("ssm")

PENDING: Final = "drops/pending.json"
UNCHANGED: Final = "-"


def last_execution() -> dict[str, Any]:
    """What production was built from, or before there is one, what Build resolved last."""
    commit = production_commit()
    key = f"executions/{commit}.json" if commit else "executions/latest.json"
    return inbox.read(key, ARTIFACT_BUCKET)


def request_rules() -> dict[str, Any] | None:
    """What a request may set, by path, as Build has it for that commit's own configuration; None before it did."""
    commit = production_commit()
    key = f"executions/{commit}.requests.json" if commit else "executions/latest.requests.json"
    try:
        return inbox.read(key, ARTIFACT_BUCKET)
    except inbox.S3.exceptions.NoSuchKey:
        return None


def production_commit() -> str | None:
    """The commit that production runs, None before there is one."""
    try:
        parameter = SSM.get_parameter(Name=DATA_PARAMETER)["Parameter"]
    except SSM.exceptions.ParameterNotFound:
        return None
    return str(json.loads(parameter["Value"])["commit"])


def claim(drop: inbox.Drop) -> dict[str, Any]:
    """The claim of a version: put now, or by whoever was first, who may have crashed before starting the run.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    """
    document: dict[str, Any] = {"version": drop.version, "files": drop.keys}
    try:
        inbox.put(claim_key(drop.version), document, IfNoneMatch="*")
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("PreconditionFailed", "ConditionalRequestConflict"):
            raise
        document = inbox.read(claim_key(drop.version))
    return document


def claim_key(version: str) -> str:
    """Where the claim of a version is."""
    return f"drops/{version}.json"


def start_or_wait(version: str) -> None:
    """Start the run, unless another one with new data is going on: then this version is the one that comes next."""
    runs = data_runs()
    if version in runs:
        record(version, runs[version])
    elif runs:
        inbox.put(PENDING, {"version": version})
        # The other run may have ended in between, and its event been looked at before there was anything pending.
        start_pending()
    else:
        start(version)


def start_pending() -> None:
    """Start the version that waits, if there is one and no run with new data is going on."""
    if not inbox.listed(PENDING) or data_runs():
        return
    start(inbox.read(PENDING)["version"])
    inbox.S3.delete_object(Bucket=inbox.DATA_BUCKET, Key=PENDING)


def data_runs() -> dict[str, str]:
    """The runs with new data that are not over: data version → pipeline execution."""
    found = {}
    pages = CODEPIPELINE.get_paginator("list_pipeline_executions").paginate(pipelineName=PIPELINE)
    for summary in (summary for page in pages for summary in page["pipelineExecutionSummaries"]):
        if summary["status"] == "InProgress":
            found[data_version(summary["pipelineExecutionId"])] = summary["pipelineExecutionId"]
    found.pop(UNCHANGED, None)
    return found


def data_version(execution_id: str) -> str:
    """The value of the pipeline's variable in a run."""
    run = CODEPIPELINE.get_pipeline_execution(pipelineName=PIPELINE, pipelineExecutionId=execution_id)
    variables = run["pipelineExecution"].get("variables", [])
    return next((item["resolvedValue"] for item in variables if item["name"] == "DataVersion"), UNCHANGED)


def start(version: str) -> None:
    """Start the run of new data."""
    record(version, started(f"data-{version}", "DataVersion", version))


def started(token: str, variable: str, value: str) -> str:
    """Start the pipeline at production's commit with a variable; the token makes a second attempt the same run."""
    commit = production_commit()
    revision = {"actionName": "Source", "revisionType": SOURCE_REVISION_TYPE, "revisionValue": commit}
    run = CODEPIPELINE.start_pipeline_execution(
        name=PIPELINE,
        clientRequestToken=token,
        variables=[{"name": variable, "value": value}],
        sourceRevisions=[revision] if commit else [],  # type: ignore[list-item]
    )
    return run["pipelineExecutionId"]


def record(version: str, execution_id: str) -> None:
    """Write the run in the claim, so that the same data starts no other."""
    inbox.put(claim_key(version), {"version": version, "pipelineExecutionId": execution_id})
