"""The stacks of an install and their deletion: the root, whose teardown removes what the pipeline deployed, first.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
"""

from __future__ import annotations

from collections.abc import Callable

from slipway import install, stackevents
from slipway.errors import BadInput
from slipway.stackevents import StackEvent
from slipway.target import Target

# Those that the pipeline deploys, what serves before what trains; they are only here when the root is gone already.
_DEPLOYED = ("production", "test", "training")


def delete(target: Target, stack: str, say: Callable[[StackEvent], None]) -> None:
    """Delete the root, and what it has left behind; LaunchFailed with the resource and its reason."""
    for name in (stack, *(f"{stack}-{deployed}" for deployed in _DEPLOYED)):
        _delete(target, name, say)


def check(target: Target, stack: str) -> None:
    """Refuse a root stack that is being changed: BadInput."""
    status = str((install.describe(target, stack) or {}).get("StackStatus", ""))
    if status.endswith("_IN_PROGRESS") and status not in ("DELETE_IN_PROGRESS", "REVIEW_IN_PROGRESS"):
        raise BadInput(
            f"stack {stack} in {target.name} is being changed ({status}); destroy it once that is done:"
            f" `aws cloudformation describe-stacks --stack-name {stack}` shows it"
        )


def _delete(target: Target, stack: str, say: Callable[[StackEvent], None]) -> None:
    described = install.describe(target, stack)
    if described is None or described["StackStatus"] == "DELETE_COMPLETE":
        return
    since = stackevents.newest(target, stack)
    if described["StackStatus"] != "DELETE_IN_PROGRESS":
        target.client("cloudformation").delete_stack(StackName=stack)
    stackevents.wait_for_deletion(target, described["StackId"], say, since)
