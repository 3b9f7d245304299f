"""`AWS::CloudFormation::Stack`: a nested stack is a stack operation of its own, called for by its parent.

So it gets what every stack gets: transforms, dynamic references, checks, rollback, cleanup, events. MiniStack's own
way, one loop inside the parent's, has none of these.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html
"""

from __future__ import annotations

import secrets
import string
import time
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine.mend.cloudformation import hooks
from slipway.engine.mend.cloudformation.types import register
from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType

TYPE = "AWS::CloudFormation::Stack"
_POLL_SECONDS = 0.01
_NO_UPDATES = "No updates are to be performed"


def apply() -> None:
    """Take the type over from MiniStack."""
    register(TYPE, ResourceType(create=create, update=update, delete=delete))


def create(call: ResourceCall) -> Created:
    """Create the child and wait for it; a child that fails is removed, and the parent told which resources failed."""
    parent = _record(call.stack_name)
    stack_id = call.caller.client("cloudformation").create_stack(
        StackName=_name(call),
        DisableRollback=bool(parent.get("DisableRollback")),
        **_request(call, parent),
    )["StackId"]
    call.began(stack_id)
    _adopt(stack_id, parent)
    status = _settled(stack_id)
    if status != "CREATE_COMPLETE":
        raise ResourceFailed(
            f"Embedded stack {stack_id} was not successfully created: {_failure(stack_id)}",
            physical_id="" if parent.get("DisableRollback") else stack_id,
        )
    return Created(stack_id, _outputs(stack_id))


def update(call: ResourceCall) -> Created:
    """Update the child and wait; it rolls itself back when it fails."""
    try:
        call.caller.client("cloudformation").update_stack(
            StackName=call.physical_id, **_request(call, _record(call.stack_name))
        )
    except ClientError as error:
        if _NO_UPDATES not in str(error):
            raise
    status = _settled(call.physical_id)
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        failure = _failure(call.physical_id)
        raise ResourceFailed(f"Embedded stack {call.physical_id} was not successfully updated: {failure}")
    return Created(call.physical_id, _outputs(call.physical_id))


def delete(call: ResourceCall) -> None:
    """Delete the child and wait."""
    if hooks.stack(call.physical_id) is None:
        return
    call.caller.client("cloudformation").delete_stack(StackName=call.physical_id)
    if _settled(call.physical_id) != "DELETE_COMPLETE":
        reason = _record(call.physical_id).get("StackStatusReason", "")
        raise ResourceFailed(f"Embedded stack {call.physical_id} was not successfully deleted: {reason}")


def _request(call: ResourceCall, parent: dict[str, Any]) -> dict[str, Any]:
    """What create and update share; the parent's acknowledged capabilities hold for its children."""
    refused = sorted({"NotificationARNs", "TimeoutInMinutes"} & set(call.properties))
    if refused:
        raise ResourceFailed(f"{', '.join(refused)} of {TYPE} is not executed by this engine")
    parameters = call.properties.get("Parameters", {})
    if any(isinstance(value, list | dict) for value in parameters.values()):
        raise ResourceFailed("Value of property Parameters must be an object with String (or simple type) properties")
    return {
        "TemplateURL": call.properties["TemplateURL"],
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": _text(value)} for name, value in sorted(parameters.items())
        ],
        "Capabilities": parent.get("Capabilities", []),
        "Tags": call.properties.get("Tags", []),
    }


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _name(call: ResourceCall) -> str:
    """`<parent>-<logical id>-<12 characters>`, within the 128 that a stack's name may have."""
    suffix = "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(12))
    return f"{call.stack_name}-{call.logical_id}"[:115] + f"-{suffix}"


def _adopt(stack_id: str, parent: dict[str, Any]) -> None:
    """Say where the child belongs; it acts under the parent's role, since the parent calls for it."""
    child = _record(stack_id)
    child["ParentId"] = parent["StackId"]
    child["RootId"] = parent.get("RootId", parent["StackId"])


def _record(name_or_id: str) -> dict[str, Any]:
    found = hooks.stack(name_or_id)
    if found is None:
        raise ResourceFailed(f"Stack with id {name_or_id} does not exist")
    return found


def _settled(stack_id: str) -> str:
    """Wait until the operation on the child is over; its status."""
    while True:
        status = str(_record(stack_id).get("StackStatus", ""))
        if not status.endswith("_IN_PROGRESS"):
            return status
        time.sleep(_POLL_SECONDS)


def _failure(stack_id: str) -> str:
    """Which resources failed, and the first one's reason, from the child's events."""
    failed = [
        event
        for event in hooks.events(stack_id)
        if event["ResourceStatus"].endswith("_FAILED") and event["PhysicalResourceId"] != stack_id
    ]
    names = ", ".join(sorted({event["LogicalResourceId"] for event in failed}))
    reasons = " ".join(event["ResourceStatusReason"] for event in failed[:1])
    return f"The following resource(s) failed: [{names}]. {reasons}".strip()


def _outputs(stack_id: str) -> dict[str, Any]:
    return {f"Outputs.{output['OutputKey']}": output["OutputValue"] for output in _record(stack_id).get("Outputs", [])}
