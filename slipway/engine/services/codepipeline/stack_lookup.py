"""What a CloudFormation action sees of its stack.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine.services.codepipeline.attempt import Attempt

Stack = dict[str, Any]


def describe(attempt: Attempt, name: str = "") -> Stack | None:
    """The stack of the configuration, or the one with an id; None when there is none."""
    try:
        answer = attempt.client("cloudformation").describe_stacks(StackName=name or attempt.configuration["StackName"])
    except ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return None
        raise
    stack: Stack = answer["Stacks"][0]
    return None if not name and stack["StackStatus"] == "DELETE_COMPLETE" else stack


def failure(attempt: Attempt, stack: Stack) -> str:
    """The stack's status and, when the role may read the events, the resource that failed first and why."""
    reason = _first_failure(attempt, stack) or stack.get("StackStatusReason", "")
    return f"The stack {stack['StackName']} is in {stack['StackStatus']}" + (f": {reason}" if reason else "")


def _first_failure(attempt: Attempt, stack: Stack) -> str:
    try:
        answer = attempt.client("cloudformation").describe_stack_events(StackName=stack["StackId"])
    except ClientError:
        return ""
    since = datetime.fromtimestamp(attempt.started, UTC)
    failed = [
        event
        for event in answer["StackEvents"]
        if event["ResourceStatus"].endswith("_FAILED") and event["Timestamp"] >= since
    ]
    if not failed:
        return ""
    first = failed[-1]
    return f"{first['LogicalResourceId']} ({first.get('ResourceType', '')}): {first.get('ResourceStatusReason', '')}"
