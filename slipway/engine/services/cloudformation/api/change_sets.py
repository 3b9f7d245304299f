"""Change sets: what an operation would do, and then the operation.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/change-sets-for-nested-stacks.html
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.paging import page
from slipway.engine.service import Call
from slipway.engine.services.cloudformation.api import change_set_records as sets
from slipway.engine.services.cloudformation.api.request import (
    Request,
    authority_of,
    check_name,
    context,
    request_of,
    stack_arn,
)
from slipway.engine.services.cloudformation.api.submission import (
    Plan,
    members_of,
    plan,
    start_creation,
    start_update,
)
from slipway.engine.services.cloudformation.api.writes import check_types_kept
from slipway.engine.services.cloudformation.changes import looking
from slipway.engine.services.cloudformation.changes.change import Change
from slipway.engine.services.cloudformation.changes.looking import Child
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.service import PRINCIPAL, SERVICE, change_sets
from slipway.engine.services.cloudformation.stacks import events, records
from slipway.engine.services.cloudformation.stacks.authority import Authority
from slipway.engine.services.cloudformation.stacks.events import STACK
from slipway.engine.store import Record

NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."
_PAGE = 1000
_SHOWN = (
    *("ChangeSetName", "ChangeSetId", "StackId", "StackName", "Description", "Parameters", "ExecutionStatus"),
    *("Status", "StatusReason", "Capabilities", "Tags", "IncludeNestedStacks", "ParentChangeSetId"),
    *("RootChangeSetId", "OnStackFailure"),
)


@SERVICE.operation("CreateChangeSet", resource=stack_arn, context=context, passes={"RoleARN": PRINCIPAL})
def create_change_set(call: Call) -> dict[str, Any]:
    """Say what would change, without changing anything."""
    params = call.params
    kind = params.get("ChangeSetType", "UPDATE")
    if kind == "IMPORT":
        raise TemplateError("ChangeSetType IMPORT is not executed by this engine")
    record = _stack_of(call, kind)
    stack_id = record["StackId"] if record else records.new_id(call.engine, params["StackName"])
    if record and sets.find(call.engine, params["ChangeSetName"], stack_id):
        raise AwsError("AlreadyExistsException", f"ChangeSet {params['ChangeSetName']} already exists", status=400)
    there = record if kind == "UPDATE" else None
    authority = authority_of(call, record)
    request = request_of(call.caller, params, there)
    planned = plan(authority, stack_id, request, there, expands=False)
    if there:
        check_types_kept(call, there, planned.compiled.resources)
    if record is None:
        made = records.make(call.engine, stack_id, records.REVIEW, {"OnFailure": "ROLLBACK"})
        events.stack_status(call.engine, made["StackId"], records.REVIEW, "User Initiated")
    change_set_id = sets.new_id(call.engine, params["ChangeSetName"])
    members: dict[str, Any] = {name: params[name] for name in ("Description", "OnStackFailure") if name in params}
    members |= {
        "kind": kind,
        "role": authority.role_arn,
        "IncludeNestedStacks": bool(params.get("IncludeNestedStacks")),
    }
    _make(authority, change_set_id, stack_id, there, request, planned, members)
    return {"Id": change_set_id, "StackId": stack_id}


def _stack_of(call: Call, kind: str) -> Record | None:
    name = call.params["StackName"]
    record = records.find(call.engine, name)
    if kind == "UPDATE":
        found = records.get(call.engine, name)
        if found["StackStatus"] not in records.UPDATABLE:
            raise TemplateError(f"Stack:{found['StackId']} is in {found['StackStatus']} state and can not be updated.")
        return found
    if record is not None and record["StackStatus"] != records.REVIEW:
        raise TemplateError(f"Stack [{name}] already exists and cannot be created again with the changeSet "
                            f"[{call.params['ChangeSetName']}].")  # fmt: skip
    if record is None:
        check_name(name)
    return record


def _make(
    authority: Authority,
    change_set_id: str,
    stack_id: str,
    record: Record | None,
    request: Request,
    planned: Plan,
    members: dict[str, Any],
) -> bool:
    """Put a change set on record, those of nested stacks too where they are included; whether it has changes."""
    engine = authority.requester.engine
    tags = (record or {}).get("Tags", []) if request.tags is None else request.tags
    if record is None:
        found = [Change("Add", name, body["Type"]) for name, body in planned.compiled.resources.items()]
    else:
        found = looking.changes(authority, record, planned, request)
    if members["IncludeNestedStacks"]:
        found = _with_children(authority, change_set_id, found, looking.children(authority, record, planned, request))
    has_changes = record is None or bool(found) or looking.is_changed(authority, record, planned, request)
    outcome = (
        {"Status": "CREATE_COMPLETE", "ExecutionStatus": "AVAILABLE"}
        if has_changes
        else {"Status": "FAILED", "ExecutionStatus": "UNAVAILABLE", "StatusReason": NO_CHANGES}
    )
    sets.make(
        engine,
        change_set_id,
        stack_id,
        replace(request, tags=tags),
        Parameters=[one.described() for one in planned.compiled.parameters.values()],
        Changes=[change.described() for change in found],
        **outcome,
        **members,
    )
    return has_changes


def _with_children(authority: Authority, parent_id: str, found: list[Change], children: list[Child]) -> list[Change]:
    """The changes with the change sets of nested stacks; a nested stack that stays as it is, is no change."""
    by_name = {change.logical_id: change for change in found}
    for child in children:
        change = by_name.get(child.logical_id)
        if change is None or change.type != STACK:
            continue
        child_id = sets.new_id(authority.requester.engine, f"{parent_id.split('/')[1]}-{child.logical_id}")
        stack_id = child.record["StackId"] if child.record else child.planned.compiled.scope.parameters["AWS::StackId"]
        members = {
            "kind": "UPDATE" if child.record else "CREATE",
            "role": authority.role_arn,
            "IncludeNestedStacks": True,
            "ParentChangeSetId": parent_id,
            "RootChangeSetId": parent_id,
        }
        _make(authority, child_id, stack_id, child.record, child.request, child.planned, members)
        by_name[child.logical_id] = replace(change, child=child_id)
    return [by_name[change.logical_id] for change in found]


@SERVICE.operation("DescribeChangeSet", resource=stack_arn)
def describe_change_set(call: Call) -> dict[str, Any]:
    """What a change set would change."""
    record = sets.get(call.engine, call.params["ChangeSetName"], call.params.get("StackName", ""))
    invalid = TemplateError("NextToken is not one that this operation gave")
    changes, token = page(record["Changes"], call.params.get("NextToken"), _PAGE, invalid)
    shown = {name: record[name] for name in _SHOWN if record.get(name) is not None}
    created = {"CreationTime": datetime.fromtimestamp(record["CreationTime"], UTC)}
    return {**shown, **created, "Changes": changes, **({"NextToken": token} if token else {})}


@SERVICE.operation("ListChangeSets", resource=stack_arn)
def list_change_sets(call: Call) -> dict[str, Any]:
    """The change sets of a stack."""
    stack = records.get(call.engine, call.params["StackName"])
    names = [name for name in _SHOWN if name not in ("Parameters", "Capabilities", "Tags", "OnStackFailure")]
    found = [
        {
            **{name: record[name] for name in names if record.get(name) is not None},
            "CreationTime": datetime.fromtimestamp(record["CreationTime"], UTC),
        }
        for record in change_sets(call.engine).values()
        if record["StackId"] == stack["StackId"]
    ]
    return {"Summaries": found}


@SERVICE.operation("DeleteChangeSet", resource=stack_arn)
def delete_change_set(call: Call) -> dict[str, Any]:
    """Forget a change set and those of its nested stacks; one that is not there is fine."""
    record = sets.find(call.engine, call.params["ChangeSetName"], call.params.get("StackName", ""))
    if record is not None:
        _delete(call, record["ChangeSetId"])
    return {}


def _delete(call: Call, change_set_id: str) -> None:
    for other_id, other in list(change_sets(call.engine).items()):
        if other.get("ParentChangeSetId") == change_set_id:
            _delete(call, other_id)
    change_sets(call.engine).pop(change_set_id, None)


@SERVICE.operation("ExecuteChangeSet", resource=stack_arn)
def execute_change_set(call: Call) -> dict[str, Any]:
    """Do what a change set says; the other change sets of the stack are about what it no longer is."""
    record = sets.get(call.engine, call.params["ChangeSetName"], call.params.get("StackName", ""))
    if record["ExecutionStatus"] != "AVAILABLE" or "ParentChangeSetId" in record:
        raise AwsError(
            "InvalidChangeSetStatus",
            f"ChangeSet [{record['ChangeSetId']}] cannot be executed in its current status of [{record['Status']}]",
            status=400,
        )
    stack = records.get(call.engine, record["StackId"])
    authority = Authority.of(call.caller, record["role"])
    members = {
        "ChangeSetId": record["ChangeSetId"],
        "RetainExceptOnCreate": call.params.get("RetainExceptOnCreate", False),
        "token": call.params.get("ClientRequestToken"),
    }
    request = sets.request_of(record, members)
    there = stack if record["kind"] == "UPDATE" else None
    planned = plan(authority, stack["StackId"], request, there, expands=False)
    if there is not None:
        start_update(authority, stack, planned, request, keeps=bool(call.params.get("DisableRollback")))
    else:
        _create(call, authority, stack, record, planned, request)
    for change_set_id, other in list(change_sets(call.engine).items()):
        if other["StackId"] == stack["StackId"] and change_set_id != record["ChangeSetId"]:
            _delete(call, change_set_id)
    change_sets(call.engine).change(record["ChangeSetId"], lambda one: one.update(ExecutionStatus="EXECUTE_COMPLETE"))
    return {}


def _create(call: Call, authority: Authority, stack: Record, record: Record, planned: Plan, request: Request) -> None:
    keeps = bool(call.params.get("DisableRollback"))
    on_failure = record.get("OnStackFailure", "DO_NOTHING" if keeps else "ROLLBACK")
    records.begin(call.engine, stack["StackId"], {records.REVIEW}, "CREATE_IN_PROGRESS", "created")
    members = members_of(planned, request, authority, request.tags or [])
    members |= {"OnFailure": on_failure, "DisableRollback": on_failure == "DO_NOTHING"}
    records.change(call.engine, stack["StackId"], **members)
    start_creation(authority, stack["StackId"], planned)
