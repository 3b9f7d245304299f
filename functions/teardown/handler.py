"""Removes what the pipeline deployed when the root stack is deleted: first what serves, then what trains.

A Lambda-backed custom resource, which answers to a presigned URL:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
A deletion may last longer than a function lives, so shortly before its end it hands the request on to itself.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, Protocol

import boto3
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_codepipeline import CodePipelineClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_stepfunctions import SFNClient

PIPELINE: Final = os.environ["PIPELINE"]
PRODUCTION_STACK: Final = os.environ["PRODUCTION_STACK"]
TEST_STACK: Final = os.environ["TEST_STACK"]
TRAINING_STACK: Final = os.environ["TRAINING_STACK"]
CLOUDFORMATION: Final[CloudFormationClient] = boto3.client("cloudformation")
CODEPIPELINE: Final[CodePipelineClient] = boto3.client("codepipeline")
LAMBDA: Final[LambdaClient] = boto3.client("lambda")
SAGEMAKER: Final[SageMakerClient] = boto3.client("sagemaker")
STEP_FUNCTIONS: Final[SFNClient] = boto3.client("stepfunctions")
HTTP: Final = URLLib3Session()

# What a last round of calls, and handing on, may take.
LAST_MILLISECONDS: Final = 60_000
SECONDS_BETWEEN_LOOKS: Final = 2


class Context(Protocol):
    """What is used of https://docs.aws.amazon.com/lambda/latest/dg/python-context.html."""

    invoked_function_arn: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function is ended."""


class TimeIsUp(Exception):
    """The function's life ends before the deletion does."""


class DeletionFailed(Exception):
    """A stack cannot be deleted; the message has the reasons of its resources."""


def handler(event: dict[str, Any], context: Context) -> None:
    """Do nothing on create and update, remove everything on delete, and always answer."""
    try:
        if event["RequestType"] == "Delete":
            tear_down(context)
    except TimeIsUp:
        payload = json.dumps(event).encode()
        LAMBDA.invoke(FunctionName=context.invoked_function_arn, InvocationType="Event", Payload=payload)
    except Exception as fault:
        logging.exception("the teardown failed")
        answer(event, "FAILED", f"{type(fault).__name__}: {fault}"[:1000])
    else:
        answer(event, "SUCCESS", "")


def tear_down(context: Context) -> None:
    """Every step finds out what is left to do, so that it can be repeated."""
    stop_runs()
    stop_executions()
    remove_direct()
    delete_stacks([PRODUCTION_STACK, TEST_STACK], context)
    empty_package_group()
    delete_stacks([TRAINING_STACK], context)


def stop_runs() -> None:
    """Abandon what the pipeline is doing: it would deploy again what is removed here."""
    pages = CODEPIPELINE.get_paginator("list_pipeline_executions").paginate(pipelineName=PIPELINE)
    for run in (run for page in pages for run in page["pipelineExecutionSummaries"]):
        if run["status"] == "InProgress":
            CODEPIPELINE.stop_pipeline_execution(
                pipelineName=PIPELINE,
                pipelineExecutionId=run["pipelineExecutionId"],
                abandon=True,
                reason="The stack is being deleted",
            )


def state_machines() -> Iterator[str]:
    """Those that train, the direct flow's, and those that predict in batches."""
    yield from outputs(TRAINING_STACK, "StateMachineArn")
    yield from outputs(TRAINING_STACK, "DirectStateMachineArn")
    for stack in (TEST_STACK, PRODUCTION_STACK):
        yield from outputs(stack, "BatchStateMachineArn")


def stop_executions() -> None:
    """Stop executions, which stops their jobs: an abandoned run leaves both going."""
    for machine in state_machines():
        pages = STEP_FUNCTIONS.get_paginator("list_executions").paginate(
            stateMachineArn=machine, statusFilter="RUNNING"
        )
        for execution in (execution for page in pages for execution in page["executions"]):
            STEP_FUNCTIONS.stop_execution(executionArn=execution["executionArn"], cause="The stack is being deleted")


def remove_direct() -> None:
    """Delete what the direct flow deployed, which is in no stack."""
    name = f"{PIPELINE}-direct"
    for page in SAGEMAKER.get_paginator("list_endpoints").paginate(NameContains=name):
        for endpoint in page["Endpoints"]:
            if endpoint["EndpointName"] == name and endpoint["EndpointStatus"] != "Deleting":
                SAGEMAKER.delete_endpoint(EndpointName=name)
    for configs in SAGEMAKER.get_paginator("list_endpoint_configs").paginate(NameContains=name):
        for config in configs["EndpointConfigs"]:
            if config["EndpointConfigName"].startswith(f"{name}-"):
                SAGEMAKER.delete_endpoint_config(EndpointConfigName=config["EndpointConfigName"])
    for models in SAGEMAKER.get_paginator("list_models").paginate(NameContains=name):
        for model in models["Models"]:
            if model["ModelName"].startswith(f"{name}-"):
                SAGEMAKER.delete_model(ModelName=model["ModelName"])


def empty_package_group() -> None:
    """Delete the versions of the package group: a group that has any is not deleted."""
    for group in outputs(TRAINING_STACK, "ModelPackageGroupName"):
        pages = SAGEMAKER.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group)
        for package in [package for page in pages for package in page["ModelPackageSummaryList"]]:
            SAGEMAKER.delete_model_package(ModelPackageName=package["ModelPackageArn"])


def delete_stacks(stacks: list[str], context: Context) -> None:
    """Delete stacks side by side and wait until all are gone."""
    for stack in stacks:
        begin_deletion(stack, context)
    for stack in stacks:
        while status(stack) is not None:
            look_again(context)
            if status(stack) == "DELETE_FAILED":
                raise DeletionFailed(f"{stack} cannot be deleted: {reasons(stack)}")


def begin_deletion(stack: str, context: Context) -> None:
    """Start a deletion, after an operation that is still going on."""
    while (found := status(stack)) is not None and found.endswith("_IN_PROGRESS"):
        if found == "DELETE_IN_PROGRESS":
            return
        look_again(context)
    if found is not None:
        CLOUDFORMATION.delete_stack(StackName=stack)


def look_again(context: Context) -> None:
    """Wait a moment, if there is one left."""
    if context.get_remaining_time_in_millis() < LAST_MILLISECONDS:
        raise TimeIsUp
    time.sleep(SECONDS_BETWEEN_LOOKS)


def status(stack: str) -> str | None:
    """A stack's status, None when it is gone or never was."""
    found = describe(stack)
    return None if found is None or found["StackStatus"] == "DELETE_COMPLETE" else str(found["StackStatus"])


def outputs(stack: str, name: str) -> Iterator[str]:
    """The output of that name, if the stack has one."""
    found = describe(stack) or {}
    yield from (output["OutputValue"] for output in found.get("Outputs", []) if output["OutputKey"] == name)


def describe(stack: str) -> dict[str, Any] | None:
    """A stack as CloudFormation describes it, None without one."""
    try:
        return dict(CLOUDFORMATION.describe_stacks(StackName=stack)["Stacks"][0])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return None


def reasons(stack: str) -> str:
    """Why resources were not deleted."""
    events = CLOUDFORMATION.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [event for event in events if event.get("ResourceStatus") == "DELETE_FAILED"]
    return "; ".join(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '?')}" for event in failed)


def answer(event: dict[str, Any], result: str, reason: str) -> None:
    """Tell CloudFormation; https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html."""
    body = {
        "Status": result,
        "Reason": reason,
        "PhysicalResourceId": event.get("PhysicalResourceId", PIPELINE),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    # The URL is signed for a request without a content type.
    request = AWSRequest("PUT", event["ResponseURL"], data=json.dumps(body).encode(), headers={"Content-Type": ""})
    HTTP.send(request.prepare())
