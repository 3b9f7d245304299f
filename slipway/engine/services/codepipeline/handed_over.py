"""Jobs: work handed to a Lambda function, which reports with PutJobSuccessResult or PutJobFailureResult.

The function gets AWS's event: docs.aws.amazon.com/codepipeline/latest/userguide/actions-invoke-lambda-function.html
AWS invokes it asynchronously and waits for a report until the action's time-out, also when the function has crashed.
Here the invocation is watched, and a crash fails the action at once.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine.credentials import Credentials
from slipway.engine.services.codepipeline.attempt import Attempt
from slipway.engine.services.codepipeline.outcome import ActionFailed, Link, Succeeded, Waiting
from slipway.engine.services.codepipeline.records import jobs, new_id, now

# AWS does not document after how long it calls again with a continuation token.
_CONTINUE_SECONDS = 1.0


def hand_over(attempt: Attempt, token: str | None = None) -> Waiting:
    """Make a job and give it to the function; the job is known before the function runs."""
    job_id = new_id()
    jobs(attempt.engine)[job_id] = {
        "pipeline": attempt.pipeline["name"],
        "execution": attempt.execution_id,
        "attempt": attempt.id,
        "token": token,
        "status": "InProgress",
    }
    _spawn(attempt, job_id, token)
    return Waiting({"job": job_id})


def follow(attempt: Attempt) -> Succeeded | Waiting:
    """What the function has reported so far."""
    job_id = attempt.memory["job"]
    job = jobs(attempt.engine)[job_id]
    if job["status"] == "Succeeded":
        return Succeeded(job.get("outputVariables", {}), _link(job))
    if job["status"] == "Failed":
        raise ActionFailed(job["error"]["type"], job["error"]["message"], _link(job))
    if job["status"] == "Continued" and now() >= job["reportedAt"] + _CONTINUE_SECONDS:
        return hand_over(attempt, job["continuationToken"])
    if job["status"] == "InProgress" and job_id not in attempt.board.handed_over:
        # The engine was restarted while the function had the job; Lambda too delivers at least once.
        _spawn(attempt, job_id, job["token"])
    return Waiting(attempt.memory, _link(job), job.get("percentComplete"))


def job_data(attempt: Attempt, token: str | None) -> dict[str, Any]:
    """The `data` of the event and of GetJobDetails, but for the pipeline's context."""
    key = attempt.store.get("encryptionKey")
    keys = _artifact_credentials(attempt)
    return {
        "actionConfiguration": {"configuration": attempt.configuration},
        "inputArtifacts": [_artifact(name, place) for name, place in attempt.inputs.items()],
        "outputArtifacts": [_artifact(name, place) for name, place in attempt.outputs.items()],
        "artifactCredentials": {
            "accessKeyId": keys.access_key_id,
            "secretAccessKey": keys.secret_access_key,
            "sessionToken": keys.token or "",
        },
        **({"continuationToken": token} if token else {}),
        **({"encryptionKey": {"id": key["id"], "type": "KMS"}} if key else {}),
    }


def _artifact_credentials(attempt: Attempt) -> Credentials:
    """The action's session, narrowed to its artifacts: what AWS gives a job to read and write them.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_AWSSessionCredentials.html
    """
    key = attempt.store.get("encryptionKey")
    wanted = {
        "s3:GetObject": [_object_arn(place) for place in attempt.inputs.values()],
        "s3:PutObject": [_object_arn(place) for place in attempt.outputs.values()],
        "kms:*": [key["id"]] if key and key["id"].startswith("arn:") else ["*"],
    }
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": resources}
        for action, resources in wanted.items()
        if resources
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return attempt.engine.authorization.narrow(attempt.caller, attempt.acting_role, policy).credentials


def _object_arn(place: dict[str, str]) -> str:
    return f"arn:aws:s3:::{place['bucket']}/{place['key']}"


def _artifact(name: str, place: dict[str, str]) -> dict[str, Any]:
    location = {"bucketName": place["bucket"], "objectKey": place["key"]}
    return {"name": name, "location": {"type": "S3", "s3Location": location}}


def _link(job: dict[str, Any]) -> Link:
    return Link(id=job.get("externalExecutionId", ""), summary=job.get("summary", ""))


def _spawn(attempt: Attempt, job_id: str, token: str | None) -> None:
    attempt.board.handed_over.add(job_id)
    attempt.engine.spawn(f"codepipeline/job/{job_id}", _invoke, attempt, job_id, token)


def _invoke(attempt: Attempt, job_id: str, token: str | None) -> None:
    """Invoke the function and note when it could not be invoked or crashed."""
    function = attempt.configuration["FunctionName"]
    try:
        data = job_data(attempt, token)
        data["inputArtifacts"] = [{"revision": None, **artifact} for artifact in data["inputArtifacts"]]
        data["outputArtifacts"] = [{"revision": None, **artifact} for artifact in data["outputArtifacts"]]
        event = {"CodePipeline.job": {"id": job_id, "accountId": attempt.engine.account, "data": data}}
        answer = attempt.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
        payload = answer["Payload"].read().decode(errors="replace")
    except ClientError as error:
        denied = error.response["Error"]["Code"].startswith("AccessDenied")
        _fault(attempt, job_id, "PermissionError" if denied else "ConfigurationError", f"{function}: {error}")
    except BotoCoreError as error:
        if not attempt.engine.stopping.is_set():
            _fault(attempt, job_id, "SystemUnavailable", f"The AWS Lambda function {function} was not reached: {error}")
    else:
        if answer.get("FunctionError"):
            _fault(attempt, job_id, "JobFailed", f"The AWS Lambda function {function} failed: {_reason(payload)}")


def _reason(payload: str) -> str:
    """The error's type and message from a failed function's payload."""
    try:
        report = json.loads(payload)
    except ValueError:
        return payload
    if not isinstance(report, dict):
        return payload
    return f"{report.get('errorType', 'Error')}: {report.get('errorMessage', '')}"


def _fault(attempt: Attempt, job_id: str, kind: str, message: str) -> None:
    """Fail the job, unless the function had reported before it crashed."""

    def change(job: dict[str, Any]) -> None:
        if job["status"] == "InProgress":
            job.update(status="Failed", error={"type": kind, "message": message})

    jobs(attempt.engine).change(job_id, change)
    attempt.board.wake()
