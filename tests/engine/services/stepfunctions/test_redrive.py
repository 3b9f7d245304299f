"""RedriveExecution: from where it failed, with what it had."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html")

PASS = {"Type": "Pass", "End": True}


def get(bucket: str, key: str, **fields: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
        "Arguments": {"Bucket": bucket, "Key": key},
        "Output": "{% $states.result.Body & $seen %}",
        "End": True,
        **fields,
    }


def bucket_of(machines: Any) -> str:
    name = f"{machines.prefix}-redrive"
    machines.engine.client("s3").create_bucket(Bucket=name)
    return name


def put(machines: Any, bucket: str, key: str) -> None:
    machines.engine.client("s3").put_object(Bucket=bucket, Key=key, Body=key.encode())


def test_a_redriven_execution_goes_on_in_the_state_that_failed_with_its_variables(machines: Any) -> None:
    bucket = bucket_of(machines)
    states = {"First": {"Type": "Pass", "Assign": {"seen": "!"}, "Next": "Get"}, "Get": get(bucket, "late")}
    execution = machines.start(machines.create(states, {"Action": "s3:*"}))
    assert machines.ended(execution)["redriveStatus"] == "REDRIVABLE"
    put(machines, bucket, "late")
    machines.states.redrive_execution(executionArn=execution)
    ended = machines.ended(execution)
    assert (ended["status"], json.loads(ended["output"]), ended["redriveCount"]) == ("SUCCEEDED", "late!", 1)
    assert machines.kinds(execution) == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskFailed",
        "ExecutionFailed",
        "ExecutionRedriven",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]


def test_only_the_branches_that_did_not_succeed_are_redriven(machines: Any) -> None:
    bucket = bucket_of(machines)
    put(machines, bucket, "there")
    branches = [
        {"StartAt": name, "States": {name: get(bucket, key, Output="{% $states.result.Body %}")}}
        for name, key in (("Left", "there"), ("Right", "late"))
    ]
    both = {"Type": "Parallel", "Branches": branches, "End": True}
    # The branch that fails waits for the other one.
    branches[1]["States"]["Wait"] = {"Type": "Wait", "Seconds": 60, "Next": "Right"}
    branches[1]["StartAt"] = "Wait"
    execution = machines.start(machines.create({"Both": both}, {"Action": "s3:*"}))
    machines.ended(execution)
    put(machines, bucket, "late")
    machines.states.redrive_execution(executionArn=execution)
    assert json.loads(machines.ended(execution)["output"]) == ["there", "late"]
    assert machines.kinds(execution).count("TaskScheduled") == 3


def test_an_execution_that_succeeded_or_runs_is_not_redrivable(machines: Any) -> None:
    execution = machines.start(machines.create({"Only": PASS}))
    described = machines.ended(execution)
    assert described["redriveStatus"] == "NOT_REDRIVABLE"
    assert described["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"
    with pytest.raises(ClientError, match="Execution is SUCCEEDED and cannot be redriven") as caught:
        machines.states.redrive_execution(executionArn=execution)
    assert caught.value.response["Error"]["Code"] == "ExecutionNotRedrivable"


def test_a_stopped_execution_is_redriven_in_the_state_that_it_was_in(machines: Any) -> None:
    execution = machines.start(
        machines.create({"Wait": {"Type": "Wait", "Seconds": 86400, "Next": "Only"}, "Only": PASS})
    )
    machines.states.stop_execution(executionArn=execution)
    machines.states.redrive_execution(executionArn=execution)
    assert machines.states.describe_execution(executionArn=execution)["status"] == "RUNNING"
    machines.states.stop_execution(executionArn=execution)
    listed = machines.states.list_executions(
        stateMachineArn=execution.rpartition(":")[0].replace(":execution:", ":stateMachine:"), redriveFilter="REDRIVEN"
    )
    assert [found["executionArn"] for found in listed["executions"]] == [execution]
