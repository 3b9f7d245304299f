"""Invoke/Lambda."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.codepipeline.conftest import REPORTING, Desk, approval, invoke

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html")

ARTIFACTS = """
import boto3, io, zipfile
codepipeline = boto3.client("codepipeline")

def handler(event, context):
    job = event["CodePipeline.job"]
    data = job["data"]
    keys = data["artifactCredentials"]
    s3 = boto3.client(
        "s3",
        aws_access_key_id=keys["accessKeyId"],
        aws_secret_access_key=keys["secretAccessKey"],
        aws_session_token=keys["sessionToken"],
    )
    given = data["inputArtifacts"][0]["location"]["s3Location"]
    content = s3.get_object(Bucket=given["bucketName"], Key=given["objectKey"])["Body"].read()
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    made = data["outputArtifacts"][0]["location"]["s3Location"]
    s3.put_object(Bucket=made["bucketName"], Key=made["objectKey"], Body=content)
    details = codepipeline.get_job_details(jobId=job["id"])["jobDetails"]["data"]["pipelineContext"]
    codepipeline.put_job_success_result(
        jobId=job["id"],
        executionDetails={"summary": "done", "externalExecutionId": "outside", "percentComplete": 100},
        outputVariables={"names": " ".join(names), "stage": details["stage"]["name"], "account": job["accountId"]},
    )
"""

CONTINUING = """
import boto3
codepipeline = boto3.client("codepipeline")

def handler(event, context):
    job = event["CodePipeline.job"]
    token = job["data"].get("continuationToken")
    if token:
        codepipeline.put_job_success_result(jobId=job["id"], outputVariables={"token": token})
    else:
        codepipeline.put_job_success_result(jobId=job["id"], continuationToken="later")
"""


REACHING_OUT = """
import boto3
codepipeline = boto3.client("codepipeline")

def handler(event, context):
    job = event["CodePipeline.job"]
    keys = job["data"]["artifactCredentials"]
    s3 = boto3.client(
        "s3",
        aws_access_key_id=keys["accessKeyId"],
        aws_secret_access_key=keys["secretAccessKey"],
        aws_session_token=keys["sessionToken"],
    )
    try:
        s3.list_buckets()
    except s3.exceptions.ClientError as error:
        variables = {"code": error.response["Error"]["Code"]}
        codepipeline.put_job_success_result(jobId=job["id"], outputVariables=variables)
"""


def failure(desk: Desk, name: str, action: str = "Invoke") -> dict[str, str]:
    desk.finish(name, status="Failed")
    error: dict[str, str] = desk.action(name, action)["output"]["executionResult"]["errorDetails"]
    return error


def test_a_function_reads_and_writes_artifacts_with_the_credentials_it_is_given(desk: Desk) -> None:
    members = {"inputArtifacts": [{"name": "SourceOutput"}], "outputArtifacts": [{"name": "Made"}]}
    action = invoke("Invoke", desk.function(ARTIFACTS), **members)
    name = desk.create({"name": "Run", "actions": [action]})
    desk.finish(name)
    done = desk.action(name, "Invoke")["output"]
    assert done["outputVariables"] == {"names": "hello.txt input.json", "stage": "Run", "account": "111122223333"}
    assert done["executionResult"]["externalExecutionId"] == "outside"
    assert done["executionResult"]["externalExecutionSummary"] == "done"
    assert done["outputArtifacts"][0]["s3location"]["key"].startswith(f"{name}/Made/")


def test_the_credentials_for_artifacts_open_nothing_else(desk: Desk) -> None:
    name = desk.create({"name": "Run", "actions": [invoke("Invoke", desk.function(REACHING_OUT))]})
    desk.finish(name)
    assert desk.action(name, "Invoke")["output"]["outputVariables"] == {"code": "AccessDenied"}


def test_a_function_that_reports_failure_fails_the_action(desk: Desk) -> None:
    parameters = {"UserParameters": json.dumps({"fail": "out of flour"})}
    name = desk.create(
        {"name": "Run", "actions": [invoke("Invoke", desk.function(REPORTING), configuration=parameters)]}
    )
    assert failure(desk, name) == {"code": "JobFailed", "message": "out of flour"}


def test_a_function_that_raises_fails_the_action_at_once(desk: Desk) -> None:
    function = desk.function("def handler(event, context):\n    raise KeyError('flour')\n")
    name = desk.create({"name": "Run", "actions": [invoke("Invoke", function)]})
    error = failure(desk, name)
    assert error["code"] == "JobFailed"
    assert error["message"].startswith(f"The AWS Lambda function {function} failed: ")
    assert "flour" in error["message"]


def test_a_function_that_does_not_exist_fails_the_action(desk: Desk) -> None:
    name = desk.create({"name": "Run", "actions": [invoke("Invoke", "nobody")]})
    error = failure(desk, name)
    assert error["code"] == "ConfigurationError"
    assert "nobody" in error["message"]


def test_a_function_is_called_again_with_its_continuation_token(desk: Desk) -> None:
    name = desk.create({"name": "Run", "actions": [invoke("Invoke", desk.function(CONTINUING))]})
    desk.finish(name)
    assert desk.action(name, "Invoke")["output"]["outputVariables"] == {"token": "later"}


def test_a_job_that_nobody_gave_is_refused(desk: Desk) -> None:
    desk.create(approval())
    job = "00000000-0000-0000-0000-000000000000"
    with pytest.raises(ClientError, match=f"JobNotFoundException.*The job {job} does not exist"):
        desk.codepipeline.put_job_success_result(jobId=job)


def test_output_variables_that_are_too_large_are_refused(desk: Desk) -> None:
    with pytest.raises(ClientError, match=r"OutputVariablesSizeExceededException.*at most 122880 are allowed"):
        desk.codepipeline.put_job_success_result(
            jobId="00000000-0000-0000-0000-000000000000", outputVariables={"a": "x" * 122_881}
        )
