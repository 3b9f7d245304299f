"""A change set: what a launch would do to an account, before it does it.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from slipway import stackevents
from slipway.stackevents import LaunchFailed
from slipway.target import Target

# CloudFormation's two ways to say that there is nothing to do.
_NOTHING = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True)
class Change:
    """One resource that would be added, modified, removed or replaced."""

    stack: str
    action: str
    logical_id: str
    type: str
    replacement: str


@dataclass(frozen=True)
class ChangeSet:
    """A change set that was made and not executed."""

    target: Target
    stack: str
    arn: str
    kind: str
    changes: list[Change]

    def execute(self) -> None:
        """Start doing it."""
        self.target.client("cloudformation").execute_change_set(ChangeSetName=self.arn)

    def discard(self) -> None:
        """Remove it, and the empty stack that stands in review when it would have been made."""
        cloudformation = self.target.client("cloudformation")
        cloudformation.delete_change_set(ChangeSetName=self.arn)
        if self.kind == "CREATE":
            cloudformation.delete_stack(StackName=self.stack)


def make(target: Target, kind: str, request: dict[str, Any]) -> ChangeSet | None:
    """The change set of a request of CreateStack or UpdateStack, nested stacks and all; None when nothing changes."""
    cloudformation = target.client("cloudformation")
    made = cloudformation.create_change_set(
        **request, ChangeSetName=f"slipway-{time.time_ns()}", ChangeSetType=kind, IncludeNestedStacks=True
    )
    arn = made["Id"]
    described = cloudformation.describe_change_set(ChangeSetName=arn)
    while described["Status"] in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
        time.sleep(stackevents.POLL_SECONDS if target.engine else stackevents.POLL_SECONDS_AWS)
        described = cloudformation.describe_change_set(ChangeSetName=arn)
    found = ChangeSet(target, request["StackName"], arn, kind, [])
    if described["Status"] == "CREATE_COMPLETE":
        return ChangeSet(target, found.stack, arn, kind, list(_changes(target, arn)))
    found.discard()
    reason = described.get("StatusReason", "no reason given")
    if any(text in reason for text in _NOTHING):
        return None
    raise LaunchFailed(f"stack {found.stack}: the change set failed: {reason}")


def _changes(target: Target, arn: str) -> Iterator[Change]:
    """The changes of a change set and of those of the stacks nested in it."""
    pages = target.client("cloudformation").get_paginator("describe_change_set").paginate(ChangeSetName=arn)
    for page in pages:
        for change in (entry["ResourceChange"] for entry in page["Changes"] if "ResourceChange" in entry):
            yield Change(
                page["StackName"],
                change["Action"],
                change["LogicalResourceId"],
                change["ResourceType"],
                change.get("Replacement", ""),
            )
            if "ChangeSetId" in change:
                yield from _changes(target, change["ChangeSetId"])
