"""What a function reports of its job.

docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutJobSuccessResult.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Params
from slipway.engine.services.codepipeline.attempt import Attempt
from slipway.engine.services.codepipeline.declared import SERVICE
from slipway.engine.services.codepipeline.handed_over import job_data
from slipway.engine.services.codepipeline.records import attempt_of, board, declaration, jobs, now, pipeline
from slipway.engine.services.codepipeline.variables import OUTPUT_BYTES
from slipway.engine.store import Record

_VARIABLE_NAME = re.compile(r"[A-Za-z0-9@\-_]+")


@SERVICE.operation("PutJobSuccessResult")
def put_job_success_result(call: Call) -> None:
    """The job is done, or goes on with a continuation token.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutJobSuccessResult.html
    """
    if "currentRevision" in call.params:
        raise AwsError("ValidationException", "currentRevision is for source actions, and this job is none")
    variables = call.params.get("outputVariables", {})
    _check_variables(variables)
    details = call.params.get("executionDetails", {})
    token = call.params.get("continuationToken")

    def report(job: Record) -> None:
        job.update(status="Continued" if token else "Succeeded", outputVariables=variables, reportedAt=now(), **details)
        if token:
            job["continuationToken"] = token

    _report(call, report)


@SERVICE.operation("PutJobFailureResult")
def put_job_failure_result(call: Call) -> None:
    """The job failed.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutJobFailureResult.html
    """
    details = call.params["failureDetails"]

    def report(job: Record) -> None:
        job.update(status="Failed", error={"type": details["type"], "message": details["message"]}, reportedAt=now())
        if "externalExecutionId" in details:
            job["externalExecutionId"] = details["externalExecutionId"]

    _report(call, report)


@SERVICE.operation("GetJobDetails")
def get_job_details(call: Call) -> Params:
    """What the function was given.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetJobDetails.html
    """
    job = _job(call)
    execution = board(call.engine, job["pipeline"]).read(job["execution"])
    declared = declaration(pipeline(call.engine, job["pipeline"]), execution["version"])
    found = board(call.engine, job["pipeline"])
    attempt = Attempt(found, execution, declared, attempt_of(execution, job["attempt"]))
    context: dict[str, Any] = {
        "pipelineName": job["pipeline"],
        "pipelineArn": call.engine.arn("codepipeline", job["pipeline"]),
        "pipelineExecutionId": job["execution"],
        "stage": {"name": attempt.stage},
        "action": {"name": attempt.name, "actionExecutionId": attempt.id},
    }
    data = {"actionTypeId": attempt.action_type, "pipelineContext": context, **job_data(attempt, job["token"])}
    return {"jobDetails": {"id": call.params["jobId"], "accountId": call.account, "data": data}}


def _job(call: Call) -> Record:
    job = jobs(call.engine).get(call.params["jobId"])
    if job is None:
        raise AwsError("JobNotFoundException", f"The job {call.params['jobId']} does not exist")
    return job


def _report(call: Call, report: Callable[[Record], None]) -> None:
    pipeline_name = _job(call)["pipeline"]

    def change(job: Record) -> None:
        if job["status"] != "InProgress":
            raise AwsError("InvalidJobStateException", f"The job {call.params['jobId']} is {job['status']} already")
        report(job)

    jobs(call.engine).change(call.params["jobId"], change)
    board(call.engine, pipeline_name).wake()


def _check_variables(variables: dict[str, str]) -> None:
    wrong = [name for name in variables if not _VARIABLE_NAME.fullmatch(name)]
    if wrong:
        raise AwsError(
            "ValidationException", f"The output variable name '{wrong[0]}' does not match {_VARIABLE_NAME.pattern}"
        )
    size = sum(len(name.encode()) + len(value.encode()) for name, value in variables.items())
    if size > OUTPUT_BYTES:
        raise AwsError(
            "OutputVariablesSizeExceededException",
            f"The output variables have {size} bytes; at most {OUTPUT_BYTES} are allowed",
        )
