"""Calls the API of an environment with rows of the data set, or has a batch of them predicted where there is no API.

In test once the stack is there. In production beside the deployment of the stack: it keeps calling as long as that
lasts, since a canary that nobody calls raises no alarm, and then checks the answers.

Invoked by a CodePipeline action with the user parameters `stack`, `sample` and, for production, `while`:
https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html
"""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any, Final, cast

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError, HTTPClientError
from botocore.httpsession import URLLib3Session

import batch

if TYPE_CHECKING:
    from botocore.credentials import Credentials
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_codepipeline import CodePipelineClient
    from mypy_boto3_s3 import S3Client

REGION: Final = os.environ["AWS_REGION"]
APIGATEWAY: Final[APIGatewayClient] = boto3.client("apigateway")
CLOUDFORMATION: Final[CloudFormationClient] = boto3.client("cloudformation")
CODEPIPELINE: Final[CodePipelineClient] = boto3.client("codepipeline")
S3: Final[S3Client] = boto3.client("s3")
# A function always has its role's credentials; the library cannot know.
CREDENTIALS: Final = cast("Credentials", boto3.Session().get_credentials())
HTTP: Final = URLLib3Session(timeout=30)

# Less than the function's timeout; CodePipeline starts the job again with the token.
LOAD_SECONDS: Final = 240
SECONDS_BETWEEN_CALLS: Final = 0.2
# An asynchronous endpoint's instances may have to work off what waits first.
ANSWER_SECONDS: Final = 60
# A new API and its permissions take a moment to be there for every caller.
ATTEMPTS: Final = 6
SECONDS_BETWEEN_ATTEMPTS: Final = 5


class SmokeFailed(Exception):
    """The API does not answer as it should."""


@dataclass(frozen=True)
class Api:
    """An API as its stack's outputs describe it."""

    url: str
    key: str | None


def handler(event: dict[str, Any], _context: object) -> None:
    """Answer the job. Whatever goes wrong fails the job: one without an answer hangs until it expires."""
    job = event["CodePipeline.job"]
    try:
        parameters = json.loads(job["data"]["actionConfiguration"]["configuration"]["UserParameters"])
        token = smoke(parameters, job["data"].get("continuationToken", ""))
    except Exception as fault:
        logging.exception("the smoke calls failed")
        message = f"{type(fault).__name__}: {fault}"[:5000]
        CODEPIPELINE.put_job_failure_result(jobId=job["id"], failureDetails={"type": "JobFailed", "message": message})
        return
    if token:
        CODEPIPELINE.put_job_success_result(jobId=job["id"], continuationToken=token)
    else:
        CODEPIPELINE.put_job_success_result(jobId=job["id"])


def smoke(parameters: dict[str, Any], token: str = "") -> str:
    """Load while the deployment lasts, then check; a token to go on with when that lasts longer than this function."""
    until = time.monotonic() + LOAD_SECONDS
    rows = sample(parameters["sample"])
    deployment = parameters.get("while")
    if deployment and not load(parameters["stack"], deployment, rows):
        return "calling"
    machine = outputs(parameters["stack"]).get("BatchStateMachineArn")
    if machine:
        execution = token if token.startswith("arn:") else batch.start(machine)
        result = batch.output(execution, until)
        if result is None:
            return execution
        if not deployment:  # production predicts what is configured, which may be any number of files
            batch.check(result["outputUri"], parameters["sample"], len(rows))
        return ""
    api = find(parameters["stack"])
    if api is None:
        raise SmokeFailed(f"expected the output ApiUrl in the stack {parameters['stack']}, found none")
    check(api, rows)
    return ""


def sample(uri: str) -> list[dict[str, Any]]:
    """The rows that Build took from the data set."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    rows: list[dict[str, Any]] = json.load(S3.get_object(Bucket=bucket, Key=key)["Body"])["features"]
    return rows


def load(stack: str, deployment: dict[str, str], rows: list[dict[str, Any]]) -> bool:
    """Call until the deployment has succeeded. Wrong answers are not this function's to judge: the alarms do."""
    end = time.monotonic() + LOAD_SECONDS
    turn = cycle(rows)
    answers: dict[int, int] = {}
    while time.monotonic() < end:
        status = action_status(deployment)
        if status == "Succeeded":
            logging.warning("answers while the stack was deployed, by status: %s", answers)
            return True
        if status in ("Failed", "Abandoned"):
            raise SmokeFailed(f"{deployment['stage']}/{deployment['action']} ended as {status}; see that action")
        api = find(stack)
        if api is not None:
            answer, _ = post(api, {"features": next(turn)})
            answers[answer] = answers.get(answer, 0) + 1
        time.sleep(SECONDS_BETWEEN_CALLS)
    return False


def action_status(deployment: dict[str, str]) -> str:
    """The status of the newest execution of the action in this run; InProgress until it is listed."""
    found = CODEPIPELINE.list_action_executions(
        pipelineName=deployment["pipeline"], filter={"pipelineExecutionId": deployment["execution"]}
    )["actionExecutionDetails"]
    mine = [
        action
        for action in found
        if (action["stageName"], action["actionName"]) == (deployment["stage"], deployment["action"])
    ]
    return max(mine, key=lambda action: action["startTime"])["status"] if mine else "InProgress"


def outputs(stack: str) -> dict[str, str]:
    """The outputs of a stack, none before its first deployment is through."""
    try:
        found = CLOUDFORMATION.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return {}
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def find(stack: str) -> Api | None:
    """The API of a stack, None before its first deployment is through."""
    found = outputs(stack)
    if "ApiUrl" not in found:
        return None
    key_id = found.get("ApiKeyId")
    return Api(found["ApiUrl"], APIGATEWAY.get_api_key(apiKey=key_id, includeValue=True)["value"] if key_id else None)


def check(api: Api, rows: list[dict[str, Any]]) -> None:
    """One row gets one prediction, all rows get as many as they are, and nonsense is the caller's fault."""
    expect_predictions(api, rows[0], 1)
    expect_predictions(api, rows, len(rows))
    status, body = post(api, {"nonsense": True})
    if status != 400:
        raise SmokeFailed(f"expected 400 for a request without features, found {status}: {body}")


def expect_predictions(api: Api, features: object, count: int) -> None:
    """Ask until the API answers with `count` predictions, or has not often enough."""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(SECONDS_BETWEEN_ATTEMPTS)
        status, body = post(api, {"features": features})
        if status == 202:
            status, body = later(api, json.loads(body)["id"])
        if status == 200:
            break
    else:
        raise SmokeFailed(f"expected 200 from {api.url}, found {status}: {body}")
    predictions = json.loads(body)["predictions"]
    if len(predictions) != count:
        raise SmokeFailed(f"expected {count} predictions from {api.url}, found {len(predictions)}: {body}")


def later(api: Api, request_id: str) -> tuple[int, str]:
    """What an asynchronous API answers to an earlier request in the end; 202 when it takes too long."""
    until = time.monotonic() + ANSWER_SECONDS
    while True:
        status, body = send(api, AWSRequest("GET", f"{api.url}/{request_id}"))
        if status != 202 or time.monotonic() > until:
            return status, body
        time.sleep(SECONDS_BETWEEN_CALLS)


def post(api: Api, document: object) -> tuple[int, str]:
    """The status and body of an answer to features."""
    headers = {"Content-Type": "application/json"}
    return send(api, AWSRequest("POST", api.url, data=json.dumps(document), headers=headers))


def send(api: Api, request: AWSRequest) -> tuple[int, str]:
    """The status and body of a signed request; 0 when there was no answer at all."""
    if api.key:
        request.headers["x-api-key"] = api.key
    SigV4Auth(CREDENTIALS, "execute-api", REGION).add_auth(request)
    try:
        response = HTTP.send(request.prepare())
    except HTTPClientError as error:
        return 0, str(error)
    return response.status_code, response.text
