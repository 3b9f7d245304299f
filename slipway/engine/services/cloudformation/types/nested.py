"""`AWS::CloudFormation::Stack`: a nested stack is a stack with an operation of its own, which its parent waits for.

An update of it stops before its cleanup: what it replaced is deleted only when the root has succeeded, and until then
it can be rolled back with its parent.
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
"""

from __future__ import annotations

import secrets
import string
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.services.cloudformation.service import events, stacks
from slipway.engine.services.cloudformation.stacks import operation as operations
from slipway.engine.services.cloudformation.stacks import records
from slipway.engine.services.cloudformation.stacks.operation import Cancelled, Operation
from slipway.engine.store import Record

_WAIT_SECONDS = 0.1
_NO_UPDATES = "No updates are to be performed."
_ALPHABET = string.ascii_uppercase + string.digits


def create(call: ResourceCall) -> Created:
    """Create the child and wait for it; one that fails rolls back by itself, and is deleted with its parent's rest."""
    from slipway.engine.services.cloudformation.api.submission import start_nested_creation

    parent, name = _operation(call), _name(call)
    _check(call, "CreateStack", records.stack_arn(call.engine, name))
    child = _refused_as_failure(lambda: start_nested_creation(parent, name, _request(call)))
    call.began(child.stack_id)
    _wait(parent, child)
    status = _status(child)
    if status != "CREATE_COMPLETE":
        if parent.halted.is_set():
            raise Cancelled("Resource creation cancelled", physical_id=child.stack_id)
        why = f"Embedded stack {child.stack_id} was not successfully created: {_failure(child)}"
        raise ResourceFailed(why, physical_id=child.stack_id)
    return Created(child.stack_id, _outputs(child))


def update(call: ResourceCall) -> Created:
    """Update the child and wait; it rolls itself back when it fails."""
    from slipway.engine.services.cloudformation.api.submission import start_nested_update

    parent = _operation(call)
    _check(call, "UpdateStack", call.physical_id)
    child = _refused_as_failure(lambda: start_nested_update(parent, call.physical_id, _request(call)))
    if child is not None:
        _wait(parent, child)
        if _status(child) != "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS":
            if parent.halted.is_set():
                raise Cancelled("Resource update cancelled")
            why = f"Embedded stack {call.physical_id} was not successfully updated: {_failure(child)}"
            raise ResourceFailed(why)
    record = stacks(call.engine)[call.physical_id]
    return Created(call.physical_id, _outputs_of(record))


def delete(call: ResourceCall) -> None:
    """Delete the child and wait."""
    from slipway.engine.services.cloudformation.api.submission import start_deletion

    record = stacks(call.engine).get(call.physical_id)
    if record is None or record["StackStatus"] == records.DELETED:
        return
    _check(call, "DeleteStack", call.physical_id)
    child = start_deletion(call.engine, call.physical_id, _operation(call).authority)
    child.finished.wait()
    if _status(child) != records.DELETED:
        why = stacks(call.engine)[call.physical_id].get("StackStatusReason", "")
        raise ResourceFailed(f"Embedded stack {call.physical_id} was not successfully deleted: {why}")


def children(operation: Operation) -> list[str]:
    """The ids of the nested stacks of an operation's stack that wait for their cleanup."""
    found = [record["PhysicalResourceId"] for record in operation.resources
             if record["ResourceType"] == "AWS::CloudFormation::Stack"]  # fmt: skip
    table = stacks(operation.engine)
    return [one for one in found if table.get(one, {}).get("StackStatus") == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"]


def complete(operation: Operation, child_id: str) -> None:
    """Let a nested stack do its cleanup, now that the root has succeeded."""
    from slipway.engine.services.cloudformation.stacks import update

    operations.start(operation.engine, child_id, operation.authority, update.complete).finished.wait()


def roll_back(operation: Operation, child_id: str) -> None:
    """Put a nested stack back to what it was; ResourceFailed when that fails."""
    from slipway.engine.services.cloudformation.stacks import rollback

    status = stacks(operation.engine)[child_id]["StackStatus"]
    if status not in ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"):
        return  # it had nothing to do, or has rolled itself back
    child = operations.start(
        operation.engine, child_id, operation.authority, lambda started: rollback.roll_back_update(started, "")
    )
    child.finished.wait()
    if _status(child) != "UPDATE_ROLLBACK_COMPLETE":
        raise ResourceFailed(f"Embedded stack {child_id} was not successfully rolled back: {_failure(child)}")


def _operation(call: ResourceCall) -> Operation:
    found = operations.running(call.stack_id)
    if found is None:
        raise ResourceFailed(f"No operation is under way on {call.stack_name}")
    return found


def _check(call: ResourceCall, action: str, arn: str) -> None:
    """CloudFormation calls itself for a nested stack, with the rights of the parent's operation."""
    call.caller.check(f"cloudformation:{action}", arn)


def _refused_as_failure(start: Any) -> Any:
    try:
        return start()
    except AwsError as error:
        if error.message == _NO_UPDATES:
            return None
        raise ResourceFailed(error.message) from error


def _request(call: ResourceCall) -> dict[str, Any]:
    """The request that the properties make."""
    parameters = call.properties.get("Parameters", {})
    if any(isinstance(value, list | dict) for value in parameters.values()):
        raise ResourceFailed("Value of property Parameters must be an object with String (or simple type) properties")
    return {
        "TemplateURL": call.properties["TemplateURL"],
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": _text(value)} for name, value in sorted(parameters.items())
        ],
        "Tags": call.properties.get("Tags", []),
    }


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _name(call: ResourceCall) -> str:
    """`<parent>-<logical id>-<12 characters>`, within the 128 that a stack's name may have."""
    suffix = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return f"{call.stack_name}-{call.logical_id}"[:115] + f"-{suffix}"


def _wait(parent: Operation, child: Operation) -> None:
    """Wait for the child; when its parent gives up, so does it."""
    while not child.finished.wait(_WAIT_SECONDS):
        if parent.halted.is_set():
            child.cancel()


def _status(child: Operation) -> str:
    return str(stacks(child.engine)[child.stack_id]["StackStatus"])


def _failure(child: Operation) -> str:
    """Which resources failed, and the first one's reason, from the child's events."""
    failed = [
        event
        for event in events(child.engine, child.stack_id).values()
        if event["ResourceStatus"].endswith("_FAILED")
        and event["PhysicalResourceId"] != child.stack_id
        and "cancelled" not in event.get("ResourceStatusReason", "")
    ]
    names = ", ".join(sorted({event["LogicalResourceId"] for event in failed}))
    if not failed:
        return str(stacks(child.engine)[child.stack_id].get("StackStatusReason", ""))
    return f"The following resource(s) failed: [{names}]. {failed[-1].get('ResourceStatusReason', '')}".strip()


def _outputs(child: Operation) -> dict[str, Any]:
    return _outputs_of(stacks(child.engine)[child.stack_id])


def _outputs_of(record: Record) -> dict[str, Any]:
    return {f"Outputs.{output['OutputKey']}": output["OutputValue"] for output in record.get("Outputs", [])}


NESTED = ResourceType(
    create=create,
    update=update,
    delete=delete,
    honours=frozenset({"TemplateURL", "Parameters", "Tags"}),
    refuses={
        "NotificationARNs": "topics are not told of stack events",
        "TimeoutInMinutes": "an operation takes the time that it takes",
    },
)
