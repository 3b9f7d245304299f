"""Workflows: their definitions.

docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.service import Call
from slipway.engine.services.glue import graph, tags, triggers
from slipway.engine.services.glue.service import (
    SERVICE,
    each_named,
    find,
    named,
    now,
    page,
    rendered,
    table,
    taken,
)
from slipway.engine.services.glue.triggers import WORKFLOW as KIND
from slipway.engine.services.glue.workflow_records import TABLE, answer
from slipway.engine.store import Record

_MEMBERS = ("Description", "DefaultRunProperties", "MaxConcurrentRuns")


@SERVICE.operation("CreateWorkflow", resource=named(KIND))
def create_workflow(call: Call) -> dict[str, Any]:
    """A workflow without triggers."""
    name, at = call.params["Name"], now()
    tags.check(call, call.arn(f"{KIND}/{name}"))
    given = {member: call.params[member] for member in _MEMBERS if member in call.params}
    if not table(call.engine, KIND).claim(name, {"Name": name, **given, "CreatedOn": at, "LastModifiedOn": at}):
        raise taken("Workflow", name)
    tags.put(call.engine, call.arn(f"{KIND}/{name}"), call.params.get("Tags", {}))
    return {"Name": name}


@SERVICE.operation("UpdateWorkflow", resource=named(KIND))
def update_workflow(call: Call) -> dict[str, Any]:
    """Change what is given."""
    given = {member: call.params[member] for member in _MEMBERS if member in call.params}
    find(call.engine, KIND, call.params["Name"])
    table(call.engine, KIND).change(call.params["Name"], lambda record: record.update(given, LastModifiedOn=now()))
    return {"Name": call.params["Name"]}


@SERVICE.operation("GetWorkflow", resource=named(KIND))
def get_workflow(call: Call) -> dict[str, Any]:
    """One workflow, with its last run, and with its graph if that is wanted."""
    record = find(call.engine, KIND, call.params["Name"])
    return {"Workflow": _described(call, record)}


@SERVICE.operation("BatchGetWorkflows", resource=each_named(KIND, "Names"))
def batch_get_workflows(call: Call) -> dict[str, Any]:
    """Several workflows, and the names that are none's."""
    found = {name: table(call.engine, KIND).get(name) for name in call.params["Names"]}
    return {
        "Workflows": [_described(call, record) for record in found.values() if record],
        "MissingWorkflows": [name for name, record in found.items() if record is None],
    }


def _described(call: Call, record: Record) -> dict[str, Any]:
    name, with_graph = record["Name"], call.params.get("IncludeGraph", False)
    runs = [run for run in table(call.engine, TABLE).values() if run["Name"] == name]
    last = {"LastRun": answer(call.engine, runs[-1], with_graph=with_graph)} if runs else {}
    drawn = {"Graph": graph.of(triggers.of_workflow(call.engine, name), [])} if with_graph else {}
    return {**rendered(record), **last, **drawn}


@SERVICE.operation("ListWorkflows")
def list_workflows(call: Call) -> dict[str, Any]:
    """The names of all workflows."""
    return page(list(table(call.engine, KIND)), call.params, "Workflows")


@SERVICE.operation("DeleteWorkflow", resource=named(KIND))
def delete_workflow(call: Call) -> dict[str, Any]:
    """Forget a workflow and its triggers; one that is not there is no error."""
    name = call.params["Name"]
    for trigger in triggers.of_workflow(call.engine, name):
        table(call.engine, triggers.KIND).pop(trigger["Name"], None)
        tags.drop(call.engine, call.arn(f"{triggers.KIND}/{trigger['Name']}"))
    table(call.engine, KIND).pop(name, None)
    tags.drop(call.engine, call.arn(f"{KIND}/{name}"))
    return {"Name": name}
