"""The operations on stacks.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CancelUpdateStack.html
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ContinueUpdateRollback.html
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackStack.html
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateTerminationProtection.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slipway.engine.service import Call
from slipway.engine.services.cloudformation import service
from slipway.engine.services.cloudformation.api.request import (
    authority_of,
    check_name,
    context,
    request_of,
    stack_arn,
)
from slipway.engine.services.cloudformation.api.submission import (
    NO_UPDATES,
    new_stack,
    plan,
    start_creation,
    start_deletion,
    start_update,
)
from slipway.engine.services.cloudformation.changes.looking import is_changed
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.service import PRINCIPAL, SERVICE, change_sets
from slipway.engine.services.cloudformation.stacks import records, rollback
from slipway.engine.services.cloudformation.stacks.operation import running, start
from slipway.engine.store import Record

_PASSES = {"RoleARN": PRINCIPAL}
_FORCE = "FORCE_DELETE_STACK"


@SERVICE.operation("CreateStack", resource=stack_arn, context=context, passes=_PASSES)
def create_stack(call: Call) -> dict[str, Any]:
    """Make a stack and its resources."""
    params = call.params
    check_name(params["StackName"])
    records.check_free(call.engine, params["StackName"])
    if "OnFailure" in params and "DisableRollback" in params:
        raise TemplateError("You can specify either DisableRollback or OnFailure, but not both.")
    on_failure = params.get("OnFailure", "DO_NOTHING" if params.get("DisableRollback") else "ROLLBACK")
    members = {
        "OnFailure": on_failure,
        "DisableRollback": on_failure == "DO_NOTHING",
        "EnableTerminationProtection": params.get("EnableTerminationProtection", False),
        "RetainExceptOnCreate": params.get("RetainExceptOnCreate", False),
        "token": params.get("ClientRequestToken"),
    }
    authority = authority_of(call)
    request = replace(request_of(call.caller, params), members=members)
    stack_id, planned = new_stack(authority, params["StackName"], request)
    start_creation(authority, stack_id, planned)
    return {"StackId": stack_id}


@SERVICE.operation("UpdateStack", resource=stack_arn, context=context, passes=_PASSES)
def update_stack(call: Call) -> dict[str, Any]:
    """Change a stack to what a template says; one whose last operation failed may be tried again without a change."""
    record = records.get(call.engine, call.params["StackName"])
    _check_status(record, records.UPDATABLE, "updated")
    authority = authority_of(call, record)
    members = {
        "RetainExceptOnCreate": call.params.get("RetainExceptOnCreate", False),
        "token": call.params.get("ClientRequestToken"),
    }
    request = replace(request_of(call.caller, call.params, record), members=members)
    planned = plan(authority, record["StackId"], request, record)
    check_types_kept(call, record, planned.compiled.resources)
    if record["StackStatus"] not in records.FAILED and not is_changed(authority, record, planned, request):
        raise TemplateError(NO_UPDATES)
    _forget_change_sets(call, record)
    start_update(authority, record, planned, request, keeps=bool(call.params.get("DisableRollback")))
    return {"StackId": record["StackId"]}


@SERVICE.operation("DeleteStack", resource=stack_arn, context=context, passes=_PASSES)
def delete_stack(call: Call) -> None:
    """Delete a stack and its resources; one that is not there is fine."""
    record = records.find(call.engine, call.params["StackName"])
    if record is None or record["StackStatus"] == records.DELETED:
        return
    if records.protected(call.engine, record):
        raise TemplateError(f"Stack [{record['StackName']}] cannot be deleted while TerminationProtection is enabled")
    retained = call.params.get("RetainResources", [])
    if retained and record["StackStatus"] != "DELETE_FAILED":
        raise TemplateError(
            "The specified parameter RetainResources is only supported for stacks in the DELETE_FAILED state"
        )
    force = call.params.get("DeletionMode") == _FORCE
    start_deletion(call.engine, record["StackId"], authority_of(call, record), retained, force=force)


@SERVICE.operation("CancelUpdateStack", resource=stack_arn)
def cancel_update_stack(call: Call) -> None:
    """Stop an update and roll it back."""
    record = records.get(call.engine, call.params["StackName"])
    operation = running(record["StackId"])
    if record["StackStatus"] != "UPDATE_IN_PROGRESS" or operation is None:
        raise TemplateError("CancelUpdateStack cannot be called from current stack status")
    operation.cancel()


@SERVICE.operation("ContinueUpdateRollback", resource=stack_arn, context=context, passes=_PASSES)
def continue_update_rollback(call: Call) -> dict[str, Any]:
    """Try a rollback again that failed."""
    record = records.get(call.engine, call.params["StackName"])
    skipped = call.params.get("ResourcesToSkip", [])
    authority = authority_of(call, record)
    stack_id = record["StackId"]
    records.begin(call.engine, stack_id, {"UPDATE_ROLLBACK_FAILED"}, "UPDATE_ROLLBACK_IN_PROGRESS", "rolled back")
    start(call.engine, stack_id, authority, lambda one: rollback.roll_back_update(one, "User Initiated", skipped))
    return {}


@SERVICE.operation("RollbackStack", resource=stack_arn, context=context, passes=_PASSES)
def rollback_stack(call: Call) -> dict[str, Any]:
    """Put a stack whose operation failed and kept what it had back to its last stable state."""
    record = records.get(call.engine, call.params["StackName"])
    authority, stack_id = authority_of(call, record), record["StackId"]
    records.change(call.engine, stack_id, RetainExceptOnCreate=call.params.get("RetainExceptOnCreate", False))
    was = records.begin(call.engine, stack_id, records.FAILED, "ROLLBACK_IN_PROGRESS", "rolled back")
    back = rollback.roll_back_creation if was == "CREATE_FAILED" else rollback.roll_back_update
    start(call.engine, stack_id, authority, lambda operation: back(operation, "User Initiated"))
    return {"StackId": stack_id}


@SERVICE.operation("UpdateTerminationProtection", resource=stack_arn)
def update_termination_protection(call: Call) -> dict[str, Any]:
    """Protect a stack from deletion, or no longer."""
    record = records.get(call.engine, call.params["StackName"])
    if "ParentId" in record:
        raise TemplateError("Termination protection of a nested stack is that of its root")
    enabled = call.params["EnableTerminationProtection"]
    records.change(call.engine, record["StackId"], EnableTerminationProtection=enabled)
    return {"StackId": record["StackId"]}


def check_types_kept(call: Call, record: Record, resources: dict[str, Any]) -> None:
    """Refuse a template that gives a logical id another type."""
    changed = [
        name
        for name, one in service.resources(call.engine, record["StackId"]).items()
        if name in resources and one["ResourceType"] != resources[name]["Type"] and one["PhysicalResourceId"]
        and one["ResourceStatus"] != records.DELETED
    ]  # fmt: skip
    if changed:
        raise TemplateError(
            "Update of resource type is not permitted. The new template modifies resource type of the following "
            f"resources: [{', '.join(changed)}]"
        )


def _check_status(record: Record, allowed: frozenset[str], what: str) -> None:
    if record["StackStatus"] not in allowed:
        raise TemplateError(f"Stack:{record['StackId']} is in {record['StackStatus']} state and can not be {what}.")


def _forget_change_sets(call: Call, record: Record) -> None:
    """Change sets of a stack are about what it was when they were made."""
    for change_set_id, one in list(change_sets(call.engine).items()):
        if one["StackId"] == record["StackId"]:
            change_sets(call.engine).change(change_set_id, lambda found: found.update(ExecutionStatus="OBSOLETE"))
