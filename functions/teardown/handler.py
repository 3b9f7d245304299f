"""Removes what the pipeline deployed when the root stack is deleted: first what serves, then what trains.

A Lambda-backed custom resource, which answers to a presigned URL:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
A deletion may last longer than a function lives, so shortly before its end it hands the request on to itself.
"""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

import leftovers
import orchestrated
import running
import stacks
from waiting import Context, TimeIsUp

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

PIPELINE: Final = os.environ["PIPELINE"]
PRODUCTION_STACK: Final = os.environ["PRODUCTION_STACK"]
TEST_STACK: Final = os.environ["TEST_STACK"]
TRAINING_STACK: Final = os.environ["TRAINING_STACK"]
LAMBDA: Final[LambdaClient] = boto3.client("lambda")
HTTP: Final = URLLib3Session()


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
    running.stop_runs(PIPELINE)
    running.stop_executions(TRAINING_STACK, [TEST_STACK, PRODUCTION_STACK])
    # Both have the name of the stack that made them.
    orchestrated.stop_pipeline(TRAINING_STACK, context)
    orchestrated.stop_workflow(TRAINING_STACK, context)
    leftovers.stop_jobs(PIPELINE)
    leftovers.remove_endpoints(PIPELINE)
    stacks.delete([PRODUCTION_STACK, TEST_STACK], context)
    leftovers.await_jobs(PIPELINE, context)
    groups = list(stacks.outputs(TRAINING_STACK, "ModelPackageGroupName"))
    if any(map(leftovers.is_kept, groups)):
        stacks.delete_but(TRAINING_STACK, "ModelPackageGroup", context)
        return
    leftovers.empty_package_groups(groups)
    stacks.delete([TRAINING_STACK], context)


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
