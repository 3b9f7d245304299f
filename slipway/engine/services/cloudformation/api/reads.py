"""Descriptions and lists of stacks, resources, events, exports.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackEvents.html
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListExports.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.paging import page
from slipway.engine.service import Call
from slipway.engine.services.cloudformation.api.request import stack_arn
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.service import SERVICE, events, exports, resources, stacks
from slipway.engine.services.cloudformation.stacks import outputs, records
from slipway.engine.store import Record

_PAGE = 100
_SHOWN = (
    *("StackId", "StackName", "ChangeSetId", "Description", "Parameters", "StackStatus", "StackStatusReason"),
    *("DisableRollback", "Capabilities", "Outputs", "RoleARN", "Tags", "ParentId", "RootId"),
    "RetainExceptOnCreate",
)
_TIMES = ("CreationTime", "LastUpdatedTime", "DeletionTime")
_RESOURCE = ("LogicalResourceId", "PhysicalResourceId", "ResourceType", "ResourceStatus", "ResourceStatusReason")


@SERVICE.operation("DescribeStacks", resource=stack_arn)
def describe_stacks(call: Call) -> dict[str, Any]:
    """One stack, by its name or id, or all that are there."""
    name = call.params.get("StackName")
    if name:
        return {"Stacks": [_stack(call.engine, records.get(call.engine, name))]}
    live = [one for one in stacks(call.engine).values() if one["StackStatus"] != records.DELETED]
    return _paged(call, "Stacks", [_stack(call.engine, one) for one in reversed(live)])


@SERVICE.operation("ListStacks")
def list_stacks(call: Call) -> dict[str, Any]:
    """Summaries, of deleted stacks too."""
    wanted = call.params.get("StackStatusFilter")
    found = [one for one in stacks(call.engine).values() if not wanted or one["StackStatus"] in wanted]
    return _paged(call, "StackSummaries", [_summary(one) for one in reversed(found)])


@SERVICE.operation("DescribeStackEvents", resource=stack_arn)
def describe_stack_events(call: Call) -> dict[str, Any]:
    """A stack's events, newest first."""
    record = _existing(call)
    found = [{**one, "Timestamp": _time(one["Timestamp"])} for one in events(call.engine, record["StackId"]).values()]
    return _paged(call, "StackEvents", found[::-1])


@SERVICE.operation("DescribeStackResource", resource=stack_arn)
def describe_stack_resource(call: Call) -> dict[str, Any]:
    """One resource, with its metadata."""
    record, logical_id = _existing(call), call.params["LogicalResourceId"]
    found = resources(call.engine, record["StackId"]).get(logical_id)
    if found is None:
        raise TemplateError(f"Resource {logical_id} does not exist for stack {record['StackName']}")
    detail = {**_resource(found), **_of(record), "LastUpdatedTimestamp": _time(found["Timestamp"])}
    metadata = {"Metadata": json.dumps(found["Metadata"])} if found.get("Metadata") else {}
    return {"StackResourceDetail": {**detail, **metadata}}


@SERVICE.operation("DescribeStackResources", resource=stack_arn)
def describe_stack_resources(call: Call) -> dict[str, Any]:
    """Resources of a stack, which may be named by one of its physical ids."""
    record = _owner(call)
    wanted = call.params.get("LogicalResourceId")
    found = [
        {**_resource(one), **_of(record), "Timestamp": _time(one["Timestamp"])}
        for one in resources(call.engine, record["StackId"]).values()
        if wanted in (None, one["LogicalResourceId"])
    ]
    return {"StackResources": found}


@SERVICE.operation("ListStackResources", resource=stack_arn)
def list_stack_resources(call: Call) -> dict[str, Any]:
    """Summaries of a stack's resources."""
    record = _existing(call)
    found = [
        {**_resource(one), "LastUpdatedTimestamp": _time(one["Timestamp"])}
        for one in resources(call.engine, record["StackId"]).values()
    ]
    return _paged(call, "StackResourceSummaries", found)


@SERVICE.operation("ListExports")
def list_exports(call: Call) -> dict[str, Any]:
    """Every export of the region."""
    return _paged(call, "Exports", sorted(exports(call.engine).values(), key=lambda one: one["Name"]))


@SERVICE.operation("ListImports")
def list_imports(call: Call) -> dict[str, Any]:
    """The stacks that import an export."""
    name = call.params["ExportName"]
    found = outputs.importers(call.engine, name)
    if not found:
        raise TemplateError(f"Export '{name}' is not imported by any stack.")
    return _paged(call, "Imports", found)


def _existing(call: Call) -> Record:
    name = call.params["StackName"]
    found = records.find(call.engine, name)
    if found is None:
        raise TemplateError(f"Stack [{name}] does not exist")
    return found


def _owner(call: Call) -> Record:
    """The stack that the call names, or the one that has the resource which it names."""
    if "StackName" in call.params:
        return _existing(call)
    physical_id = call.params.get("PhysicalResourceId")
    for record in stacks(call.engine).values():
        for one in resources(call.engine, record["StackId"]).values():
            if one["PhysicalResourceId"] == physical_id and record["StackStatus"] != records.DELETED:
                return record
    raise TemplateError(f"Stack for {physical_id} does not exist")


def _stack(engine: Engine, record: Record) -> dict[str, Any]:
    shown = {name: record[name] for name in _SHOWN if record.get(name) is not None}
    times = {name: _time(record[name]) for name in _TIMES if record.get(name)}
    defaults = {"DriftInformation": {"StackDriftStatus": "NOT_CHECKED"}, "NotificationARNs": []}
    return {**shown, **times, **defaults, "EnableTerminationProtection": records.protected(engine, record)}


def _summary(record: Record) -> dict[str, Any]:
    names = ("StackId", "StackName", "StackStatus", "StackStatusReason", "ParentId", "RootId")
    told = {name: record[name] for name in names if record.get(name)}
    told |= {"TemplateDescription": record["Description"]} if record.get("Description") else {}
    times = {name: _time(record[name]) for name in _TIMES if record.get(name)}
    return {**told, **times, "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"}}


def _resource(record: Record) -> dict[str, Any]:
    told = {name: record[name] for name in _RESOURCE if record.get(name)}
    return {**told, "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"}}


def _of(record: Record) -> dict[str, str]:
    return {"StackId": record["StackId"], "StackName": record["StackName"]}


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _paged(call: Call, member: str, found: Sequence[Any]) -> dict[str, Any]:
    invalid = TemplateError("NextToken is not one that this operation gave")
    items, token = page(found, call.params.get("NextToken"), _PAGE, invalid)
    return {member: items, **({"NextToken": token} if token else {})}
