"""The stacks that the pipeline deployed: what they tell, and their deletion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import ClientError

from waiting import Context, look_again

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

CLOUDFORMATION: Final[CloudFormationClient] = boto3.client("cloudformation")


class DeletionFailed(Exception):
    """A stack cannot be deleted; the message has the reasons of its resources."""


def delete(stacks: list[str], context: Context) -> None:
    """Delete stacks side by side and wait until all are gone."""
    for stack in stacks:
        begin_deletion(stack, context)
    until_gone(stacks, context)


def delete_but(stack: str, resource: str, context: Context) -> None:
    """Delete a stack one of whose resources stays, which may be said only after the deletion has failed by it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
    """
    try:
        delete([stack], context)
    except DeletionFailed:
        CLOUDFORMATION.delete_stack(StackName=stack, RetainResources=[resource])
        until_gone([stack], context)


def until_gone(stacks: list[str], context: Context) -> None:
    """Wait until stacks that are being deleted are gone."""
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
