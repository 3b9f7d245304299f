"""Runs of workflows: their operations.

docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html
docs.aws.amazon.com/glue/latest/dg/workflow-run-properties-code.html
"""

from __future__ import annotations

import secrets
import threading
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.glue import flow, running, triggers
from slipway.engine.services.glue.service import SERVICE, find, invalid, named, now, page, table
from slipway.engine.services.glue.trigger_check import ON_DEMAND
from slipway.engine.services.glue.triggers import WORKFLOW as KIND
from slipway.engine.services.glue.workflow_records import ACTIVE, TABLE, answer, job_runs, run_of
from slipway.engine.store import Record

_OF_WORKFLOW = named(KIND)
_admission = threading.Lock()


@SERVICE.operation("StartWorkflowRun", resource=_OF_WORKFLOW)
def start_workflow_run(call: Call) -> dict[str, Any]:
    """Start a run: its starting trigger fires, and the others when their conditions are met."""
    workflow = find(call.engine, KIND, call.params["Name"])
    record = _record(call, workflow)
    with _admission:
        _check_limit(call, workflow)
        table(call.engine, TABLE)[record["WorkflowRunId"]] = record
    flow.advance(call.engine, record["WorkflowRunId"])
    return {"RunId": record["WorkflowRunId"]}


def _record(call: Call, workflow: Record) -> Record:
    """The run, with the triggers as they are now: later changes are for later runs."""
    own = triggers.of_workflow(call.engine, workflow["Name"])
    if not any(trigger["Type"] == ON_DEMAND for trigger in own):
        raise invalid(f"Workflow {workflow['Name']} has no trigger that starts it")
    before = [run["WorkflowRunId"] for run in table(call.engine, TABLE).values() if run["Name"] == workflow["Name"]]
    return {
        "Name": workflow["Name"],
        "WorkflowRunId": f"wr_{secrets.token_hex(32)}",
        **({"PreviousRunId": before[-1]} if before else {}),
        "WorkflowRunProperties": {**workflow.get("DefaultRunProperties", {}), **call.params.get("RunProperties", {})},
        "StartedOn": now(),
        "Status": "RUNNING",
        "_triggers": own,
        "_fired": [],
    }


def _check_limit(call: Call, workflow: Record) -> None:
    most = workflow.get("MaxConcurrentRuns")
    active = [
        run for run in table(call.engine, TABLE).values() if run["Name"] == workflow["Name"] and run["Status"] in ACTIVE
    ]
    if most and len(active) >= most:
        name = workflow["Name"]
        raise AwsError("ConcurrentRunsExceededException", f"Concurrent runs exceeded for workflow: {name}.")


@SERVICE.operation("GetWorkflowRun", resource=_OF_WORKFLOW)
def get_workflow_run(call: Call) -> dict[str, Any]:
    """One run, with its graph if that is wanted."""
    record = run_of(call.engine, call.params["Name"], call.params["RunId"])
    return {"Run": answer(call.engine, record, with_graph=call.params.get("IncludeGraph", False))}


@SERVICE.operation("GetWorkflowRuns", resource=_OF_WORKFLOW)
def get_workflow_runs(call: Call) -> dict[str, Any]:
    """A workflow's runs, the newest first."""
    name, with_graph = find(call.engine, KIND, call.params["Name"])["Name"], call.params.get("IncludeGraph", False)
    runs = [run for run in table(call.engine, TABLE).values() if run["Name"] == name]
    return page([answer(call.engine, run, with_graph=with_graph) for run in runs[::-1]], call.params, "Runs")


@SERVICE.operation("StopWorkflowRun", resource=_OF_WORKFLOW)
def stop_workflow_run(call: Call) -> dict[str, Any]:
    """Stop the jobs that run, and start no others."""
    run_id = call.params["RunId"]
    record = run_of(call.engine, call.params["Name"], run_id)
    if record["Status"] != "RUNNING":
        raise AwsError("IllegalWorkflowStateException", f"The workflow run is {record['Status']}")
    table(call.engine, TABLE).change(run_id, lambda found: found.update(Status="STOPPING"))
    for run in job_runs(call.engine, run_id):
        running.stop(call.engine, run["Id"])
    flow.advance(call.engine, run_id)
    return {}


@SERVICE.operation("GetWorkflowRunProperties", resource=_OF_WORKFLOW)
def get_workflow_run_properties(call: Call) -> dict[str, Any]:
    """The properties as they are now."""
    return {"RunProperties": run_of(call.engine, call.params["Name"], call.params["RunId"])["WorkflowRunProperties"]}


@SERVICE.operation("PutWorkflowRunProperties", resource=_OF_WORKFLOW)
def put_workflow_run_properties(call: Call) -> dict[str, Any]:
    """Add properties or replace them."""
    run_of(call.engine, call.params["Name"], call.params["RunId"])
    given = call.params["RunProperties"]
    table(call.engine, TABLE).change(call.params["RunId"], lambda run: run["WorkflowRunProperties"].update(given))
    return {}
