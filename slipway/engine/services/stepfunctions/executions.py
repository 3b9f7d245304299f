"""Executions: start, stop, look at.

docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Params
from slipway.engine.services.stepfunctions import ending, interpreter, records, views
from slipway.engine.services.stepfunctions.machines import NAME
from slipway.engine.services.stepfunctions.records import SERVICE, execution_of, machine_of, moment, shown
from slipway.engine.services.stepfunctions.run import PAYLOAD_BYTES, running
from slipway.engine.store import Record


def _machine(call: Call) -> str:
    return str(call.params["stateMachineArn"])


def _execution(call: Call) -> str:
    return str(call.params["executionArn"])


@SERVICE.operation("StartExecution", resource=_machine)
def start_execution(call: Call) -> Params:
    """Start an execution; the same name with the same input gives the one that runs."""
    machine = machine_of(call.engine, call.params["stateMachineArn"])
    if machine["status"] == "DELETING":
        raise AwsError("StateMachineDeleting", f"State Machine is being deleted: '{machine['stateMachineArn']}'")
    name, text = call.params.get("name") or str(uuid.uuid4()), call.params.get("input", "{}")
    _check(name, text)
    record: Record = {
        "executionArn": call.arn(f"execution:{machine['name']}:{name}"),
        "stateMachineArn": machine["stateMachineArn"],
        "name": name,
        "status": "RUNNING",
        "startDate": records.now(),
        "input": text,
        "redriveCount": 0,
        **{key: call.params[key] for key in ("traceHeader",) if key in call.params},
    }
    arn = record["executionArn"]
    if not records.executions(call.engine, machine["stateMachineArn"]).claim(arn, record):
        return shown(_running(execution_of(call.engine, arn), text), "executionArn", "startDate")
    records.snapshots(call.engine)[arn] = machine
    started = {"input": text, "inputDetails": {"truncated": False}, "roleArn": machine["roleArn"]}
    interpreter.begin(call.engine, record, "ExecutionStarted", **started)
    return shown(record, "executionArn", "startDate")


def _running(existing: Record, text: str) -> Record:
    """The execution that has the name already, when this is the same request."""
    if existing["status"] != "RUNNING" or existing["input"] != text:
        raise AwsError("ExecutionAlreadyExists", f"Execution Already Exists: '{existing['executionArn']}'")
    return existing


def _check(name: str, text: str) -> None:
    if not NAME.fullmatch(name):
        raise AwsError("InvalidName", f"Invalid Name: '{name}'")
    if len(text.encode()) > PAYLOAD_BYTES:
        raise AwsError("InvalidExecutionInput", f"Input exceeds the maximum of {PAYLOAD_BYTES} bytes")
    try:
        json.loads(text)
    except ValueError as error:
        raise AwsError("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error}'") from error


@SERVICE.operation("StopExecution", resource=_execution)
def stop_execution(call: Call) -> Params:
    """Abort an execution; jobs that it waits for are stopped too."""
    arn = call.params["executionArn"]
    record, run = execution_of(call.engine, arn), running(arn)
    if run is not None:
        ending.stop(arn, "ABORTED", call.params.get("error"), call.params.get("cause"))
        record = run.record
    return {"stopDate": moment(record["stopDate"])}


@SERVICE.operation("DescribeExecution", resource=_execution)
def describe_execution(call: Call) -> Params:
    """One execution."""
    with_data = call.params.get("includedData", "ALL_DATA") == "ALL_DATA"
    return views.described(execution_of(call.engine, call.params["executionArn"]), with_data=with_data)


@SERVICE.operation("DescribeStateMachineForExecution", resource=_execution)
def describe_state_machine_for_execution(call: Call) -> Params:
    """The state machine as it was when the execution started."""
    execution_of(call.engine, call.params["executionArn"])
    machine = records.snapshots(call.engine)[call.params["executionArn"]]
    whole = ("definition", "loggingConfiguration", "tracingConfiguration", "encryptionConfiguration")
    members = () if call.params.get("includedData") == "METADATA_ONLY" else whole
    return shown(machine, "stateMachineArn", "name", "roleArn", "updateDate", "revisionId", *members)


@SERVICE.operation("ListExecutions", resource=_machine)
def list_executions(call: Call) -> Params:
    """The executions of a state machine, the newest first."""
    params = call.params
    if "stateMachineArn" not in params:
        raise AwsError("ValidationException", "mapRunArn is not executed by this engine; give a stateMachineArn")
    machine_of(call.engine, params["stateMachineArn"])
    found = [record for _, record in records.executions(call.engine, params["stateMachineArn"]).records()]
    if "statusFilter" in params:
        found = [record for record in found if record["status"] == params["statusFilter"]]
    if "redriveFilter" in params:
        redriven = params["redriveFilter"] == "REDRIVEN"
        found = [record for record in found if (record["redriveCount"] > 0) == redriven]
    found.sort(key=lambda record: str(record["startDate"]), reverse=True)
    page, following = records.page(call, found)
    return {"executions": [views.listed(record) for record in page], **following}


@SERVICE.operation("GetExecutionHistory", resource=_execution)
def get_execution_history(call: Call) -> Params:
    """An execution's events; without their data when that is asked for."""
    arn = call.params["executionArn"]
    execution_of(call.engine, arn)
    events = [event for _, event in records.history(call.engine, arn).records()]
    if call.params.get("reverseOrder"):
        events.reverse()
    page, following = records.page(call, events)
    with_data = call.params.get("includeExecutionData", True)
    return {"events": [_event(event, with_data=with_data) for event in page], **following}


_DATA = frozenset({"input", "output", "parameters", "assignedVariables"})


def _event(event: Record, *, with_data: bool) -> dict[str, Any]:
    shown_event = {**event, "timestamp": moment(event["timestamp"])}
    if with_data:
        return shown_event
    return {
        name: {key: item for key, item in value.items() if key not in _DATA} if isinstance(value, dict) else value
        for name, value in shown_event.items()
    }
