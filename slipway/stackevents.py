"""Following a stack, with the stacks nested in it, until CloudFormation is done with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from slipway import install
from slipway.errors import SlipwayError
from slipway.target import Target

POLL_SECONDS = 0.2
POLL_SECONDS_AWS = 3.0


class LaunchFailed(SlipwayError):
    """The stack was not made or changed; the text names the resource and AWS's reason."""


# How the local engine's word about a property without effect begins.
_WARNING = "Local engine: "


_AGAIN = "launch again"

# What to do about a stack that can neither be updated nor made anew by this program.
# docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
_STUCK = {
    "UPDATE_ROLLBACK_FAILED": "correct what its events name, then `aws cloudformation continue-update-rollback"
    " --stack-name {stack}`, then {again}",
    "CREATE_FAILED": "delete it (`aws cloudformation delete-stack --stack-name {stack}`), then {again}",
    "ROLLBACK_FAILED": "delete it (`aws cloudformation delete-stack --stack-name {stack}`), then {again}",
    "DELETE_FAILED": "correct what its events name, then delete it again"
    " (`aws cloudformation delete-stack --stack-name {stack}`), then {again}",
}


def is_stuck(status: str) -> bool:
    """Whether no launch leads on from this status."""
    return status in _STUCK


@dataclass(frozen=True)
class StackEvent:
    """One event of a stack or of a stack nested in it."""

    stack: str
    logical_id: str
    type: str
    status: str
    reason: str
    nested: str = ""
    """The name of the nested stack that the event is about, "" for any other resource or before the stack is there."""

    @property
    def is_failure(self) -> bool:
        """Whether the resource failed, and was not merely cancelled because another did."""
        return self.status.endswith("_FAILED") and bool(self.reason) and "cancelled" not in self.reason

    @property
    def warning(self) -> str:
        """What the local engine accepts of this resource and does not carry out; empty if nothing."""
        if not self.status.endswith("_IN_PROGRESS") or not self.reason.startswith(_WARNING):
            return ""
        return f"warning: {self.logical_id} ({self.type}) in stack {self.stack}: {self.reason.removeprefix(_WARNING)}"


def wait(target: Target, stack: str, say: Callable[[StackEvent], None], since: str = "", again: str = _AGAIN) -> None:
    """Tell every event of the stack after the event `since` until it is done; LaunchFailed when it failed.

    `again` is what to do once the cause is corrected.
    """
    failures: list[StackEvent] = []
    for event in _events(target, stack, since):
        say(event)
        failures += [event] if event.is_failure else []
    status = (install.describe(target, stack) or {}).get("StackStatus", "gone")
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise LaunchFailed(f"stack {stack} ended as {status}{_why(stack, failures)}; {next_step(stack, status, again)}")


def wait_for_deletion(target: Target, stack_id: str, say: Callable[[StackEvent], None], since: str) -> None:
    """Tell every event of a stack after `since` until it is deleted; LaunchFailed when it, or a part of it, stays.

    It is known by its id, since a stack that is deleted has no name any more.
    """
    failures: list[StackEvent] = []
    for event in _events(target, stack_id, since):
        say(event)
        failures += [event] if event.is_failure else []
    status = (install.describe(target, stack_id) or {}).get("StackStatus", "DELETE_COMPLETE")
    if status != "DELETE_COMPLETE":
        name = name_of(stack_id)
        raise LaunchFailed(
            f"stack {name} was not deleted ({status}){_why(name, failures)}; correct that, then"
            f" `slipway destroy --stack {name}` again, which goes on where this one was"
        )


def name_of(stack_id: str) -> str:
    """The name in a stack's ARN, arn:…:stack/NAME/ID."""
    return stack_id.partition("/")[2].partition("/")[0]


def _why(stack: str, failures: list[StackEvent]) -> str:
    cause = _cause(stack, failures)
    return f": {cause.logical_id} ({cause.type}) in stack {cause.stack}: {cause.reason}" if cause else ""


def _cause(stack: str, failures: list[StackEvent]) -> StackEvent | None:
    """The first failure in a stack; of a nested stack, what failed in that, unless it did not come so far."""
    first = next((failure for failure in failures if failure.stack == stack), None)
    if first is None or not first.nested:
        return first
    return _cause(first.nested, failures) or first


def next_step(stack: str, status: str, again: str = _AGAIN) -> str:
    """What to do about a stack that a launch has left in this status."""
    return _STUCK.get(status, "correct that, then {again}").format(stack=stack, again=again)


def newest(target: Target, stack: str) -> str:
    """The id of a stack's newest event, "" for a stack that has none or is not there."""
    try:
        events = target.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    except ClientError as error:
        if "does not exist" in str(error):
            return ""
        raise
    return str(events[0]["EventId"]) if events else ""


def wait_until_gone(target: Target, stack: str) -> None:
    """Wait for a stack that is being deleted; LaunchFailed when it stays."""
    described = install.describe(target, stack)
    # A deleted stack is found by its id only.
    stack_id = described["StackId"] if described else stack
    while described is not None and described["StackStatus"] != "DELETE_COMPLETE":
        if described["StackStatus"] == "DELETE_FAILED":
            raise LaunchFailed(
                f"stack {stack} could not be deleted: {described.get('StackStatusReason', 'no reason given')}"
            )
        time.sleep(pause(target))
        described = install.describe(target, stack_id)


def pause(target: Target) -> float:
    """Seconds between two looks."""
    return POLL_SECONDS if target.engine else POLL_SECONDS_AWS


def _events(target: Target, stack: str, since: str) -> Iterator[StackEvent]:
    seen: set[str] = set()
    # Nested stacks that the last launch told about are told of from then on, as the root is.
    started = None
    ended = False
    while not ended:
        described = install.describe(target, stack) or {}
        ended = not str(described.get("StackStatus", "")).endswith("_IN_PROGRESS")
        names = [stack]
        for name in names:
            for event in _since(target, name, since if name == stack else "", started):
                started = started or event["Timestamp"]
                nested = _nested(event)
                if nested and nested not in names:
                    names.append(nested)
                if event["EventId"] not in seen:
                    seen.add(event["EventId"])
                    yield _event(event)
        if not ended:
            time.sleep(pause(target))


def _since(target: Target, stack: str, since: str, started: Any) -> list[dict[str, Any]]:
    """A stack's events, oldest first, after the one called `since` and not before `started`."""
    pages = target.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack)
    found: list[dict[str, Any]] = []
    for event in (event for page in pages for event in page["StackEvents"]):
        if event["EventId"] == since or (started is not None and event["Timestamp"] < started):
            break
        found.append(event)
    return found[::-1]


def _nested(event: dict[str, Any]) -> str:
    """The id of the nested stack that an event is about, else ""."""
    physical = str(event.get("PhysicalResourceId", ""))
    itself = physical == event["StackId"]
    is_nested = event["ResourceType"] == "AWS::CloudFormation::Stack" and physical.startswith("arn:")
    return physical if is_nested and not itself else ""


def _event(event: dict[str, Any]) -> StackEvent:
    return StackEvent(
        event["StackName"],
        event["LogicalResourceId"],
        event["ResourceType"],
        event["ResourceStatus"],
        event.get("ResourceStatusReason", ""),
        name_of(_nested(event)),
    )
