"""Starting, listing and looking at executions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

PASS = {"Type": "Pass", "End": True}
WAIT = {"Type": "Wait", "Seconds": 86400, "End": True}
START = "docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html"
HISTORY = "docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html"


@pytest.mark.specification(START)
def test_the_same_start_of_a_running_execution_gives_that_execution(machines: Any) -> None:
    request = {"stateMachineArn": machines.create({"Wait": WAIT}), "name": "once", "input": '{"a": 1}'}
    first = machines.states.start_execution(**request)
    second = machines.states.start_execution(**request)
    assert (first["executionArn"], first["startDate"]) == (second["executionArn"], second["startDate"])
    with pytest.raises(ClientError, match="Execution Already Exists"):
        machines.states.start_execution(**{**request, "input": "{}"})
    machines.states.stop_execution(executionArn=first["executionArn"])
    with pytest.raises(ClientError, match="Execution Already Exists") as caught:
        machines.states.start_execution(**request)
    assert caught.value.response["Error"]["Code"] == "ExecutionAlreadyExists"


@pytest.mark.specification(START)
def test_a_machine_that_is_not_there_starts_nothing(machines: Any) -> None:
    arn = "arn:aws:states:us-east-1:111122223333:stateMachine:nobody"
    with pytest.raises(ClientError, match=f"State Machine Does Not Exist: '{arn}'"):
        machines.states.start_execution(stateMachineArn=arn)


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html")
def test_executions_are_listed_by_status_the_newest_first(machines: Any) -> None:
    machine = machines.create(
        {
            "Go": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% $states.input.wait %}", "Next": "Wait"}],
                "Default": "Only",
            },
            "Wait": WAIT,
            "Only": PASS,
        }
    )
    ended = [machines.start(machine, wait=False, n=n) for n in range(3)]
    for execution in ended:
        machines.ended(execution)
    running = machines.start(machine, wait=True)
    listed = machines.states.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
    assert [found["executionArn"] for found in listed] == [running]
    first = machines.states.list_executions(stateMachineArn=machine, maxResults=1)
    assert first["executions"][0]["executionArn"] == running
    rest = machines.states.list_executions(stateMachineArn=machine, nextToken=first["nextToken"])
    assert {found["executionArn"] for found in rest["executions"]} == set(ended)
    machines.states.stop_execution(executionArn=running)


@pytest.mark.specification(HISTORY)
def test_a_history_is_read_in_pages_backwards_and_without_data(machines: Any) -> None:
    execution = machines.start(machines.create({"Only": {**PASS, "Assign": {"v": 1}}}), secret="s")
    machines.ended(execution)
    read = machines.states.get_execution_history
    page = read(executionArn=execution, maxResults=3)
    assert [event["id"] for event in page["events"]] == [1, 2, 3]
    rest = read(executionArn=execution, maxResults=3, nextToken=page["nextToken"])
    assert [event["id"] for event in rest["events"]] == [4]
    assert "nextToken" not in rest
    backwards = read(executionArn=execution, reverseOrder=True)["events"]
    assert [event["id"] for event in backwards] == [4, 3, 2, 1]
    exited = page["events"][2]["stateExitedEventDetails"]
    assert exited["assignedVariables"] == {"v": "1"}
    assert exited["assignedVariablesDetails"] == {"truncated": False}
    assert "secret" not in str(read(executionArn=execution, includeExecutionData=False))


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html")
def test_an_event_knows_the_one_before_it_in_its_branch(machines: Any) -> None:
    steps = {"One": {"Type": "Wait", "Seconds": 12, "Next": "Two"}, "Two": PASS}
    branch = {"StartAt": "One", "States": steps}
    other = {"StartAt": "Three", "States": {"Three": {**steps["One"], "Next": "Four"}, "Four": PASS}}
    both = {"Type": "Parallel", "Branches": [branch, other], "Next": "Last"}
    execution = machines.start(machines.create({"Both": both, "Last": PASS}))
    machines.ended(execution)
    events = machines.states.get_execution_history(executionArn=execution)["events"]
    before = {event["id"]: event.get("previousEventId") for event in events}

    def named(kind: str, name: str) -> int:
        found = (event for event in events if event["type"] == kind)
        return next(event["id"] for event in found if name in str(event))

    begun = next(event["id"] for event in events if event["type"] == "ParallelStateStarted")
    for first, second in (("One", "Two"), ("Three", "Four")):
        assert before[named("WaitStateEntered", first)] == begun
        assert before[named("WaitStateExited", first)] == named("WaitStateEntered", first)
        assert before[named("PassStateEntered", second)] == named("WaitStateExited", first)
    together = next(event["id"] for event in events if event["type"] == "ParallelStateSucceeded")
    assert before[together] == together - 1


@pytest.mark.specification(HISTORY)
def test_a_function_called_by_its_own_arn_has_events_of_its_own(machines: Any) -> None:
    arn = "arn:aws:lambda:us-east-1:111122223333:function:nobody"
    call = {"Type": "Task", "Resource": arn, "TimeoutSeconds": 60, "End": True}
    execution = machines.start(machines.create({"Call": call}, {"Action": "lambda:InvokeFunction"}), a=1)
    assert machines.ended(execution)["error"] == "Lambda.ResourceNotFoundException"
    events = machines.states.get_execution_history(executionArn=execution)["events"]
    kinds = [event["type"] for event in events[2:5]]
    assert kinds == ["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionFailed"]
    scheduled = events[2]["lambdaFunctionScheduledEventDetails"]
    assert (scheduled["resource"], json.loads(scheduled["input"]), scheduled["timeoutInSeconds"]) == (arn, {"a": 1}, 60)


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html")
@pytest.mark.parametrize(
    ("operation", "params"),
    [
        pytest.param("send_task_success", {"output": "{}"}, id="success"),
        pytest.param("send_task_failure", {}, id="failure"),
        pytest.param("send_task_heartbeat", {}, id="heartbeat"),
    ],
)
def test_a_token_that_nobody_gave_out_is_refused(machines: Any, operation: str, params: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="Invalid Token") as caught:
        getattr(machines.states, operation)(taskToken="t" * 20, **params)
    assert caught.value.response["Error"]["Code"] == "InvalidToken"
