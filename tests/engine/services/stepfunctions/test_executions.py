"""Executions: states, errors, ends."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/concepts-statemachines.html")

PASS = {"Type": "Pass", "End": True}
GET = "arn:aws:states:::aws-sdk:s3:getObject"


def get_object(bucket: str, key: str, **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": GET, "Arguments": {"Bucket": bucket, "Key": key}, "End": True, **fields}


def bucket_of(machines: Any) -> str:
    name = f"{machines.prefix}-bucket"
    machines.engine.client("s3").create_bucket(Bucket=name)
    return name


def test_a_missing_key_is_caught_by_its_documented_name(machines: Any) -> None:
    bucket = bucket_of(machines)
    caught = {
        "ErrorEquals": ["S3.NoSuchKeyException"],
        "Assign": {"error": "{% $states.errorOutput.Error %}"},
        "Next": "Caught",
    }
    states = {"Get": get_object(bucket, "nope", Catch=[caught]), "Caught": {**PASS, "Output": "{% $error %}"}}
    ended = machines.run(states, {"Action": ["s3:GetObject", "s3:ListBucket"]})
    assert json.loads(ended["output"]) == "S3.NoSuchKeyException"


def test_a_task_is_refused_what_the_machines_role_may_not_do(machines: Any) -> None:
    ended = machines.run({"Get": get_object(bucket_of(machines), "nope")})
    assert ended["status"] == "FAILED"
    assert ended["error"].startswith("S3.")
    assert "s3:GetObject" in ended["cause"]


def test_what_is_put_can_be_got(machines: Any) -> None:
    bucket = bucket_of(machines)
    put = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:s3:putObject",
        "Arguments": {"Bucket": bucket, "Key": "k", "Body": "{% $states.input %}"},
        "Next": "Get",
    }
    got = get_object(bucket, "k", Output="{% $parse($states.result.Body) %}")
    ended = machines.run({"Put": put, "Get": got}, {"Action": "s3:*"}, rows=[1, 2])
    assert json.loads(ended["output"]) == {"rows": [1, 2]}


def test_a_retry_waits_by_the_clock_and_counts(machines: Any) -> None:
    retry = {"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 2, "MaxAttempts": 2, "MaxDelaySeconds": 3}
    states = {"Get": get_object("no-such-bucket-at-all", "{% 'k' & $states.context.State.RetryCount %}", Retry=[retry])}
    machine = machines.create(states, {"Action": "s3:*"})
    execution = machines.start(machine)
    assert machines.ended(execution)["error"] == "S3.NoSuchBucketException"
    assert machines.kinds(execution).count("TaskScheduled") == 3


def test_map_and_parallel_keep_the_order_and_their_own_variables(machines: Any) -> None:
    double = {"Type": "Pass", "Assign": {"x": "{% $states.input %}"}, "Output": "{% $states.input * 2 %}", "End": True}
    states = {
        "Begin": {"Type": "Pass", "Assign": {"x": "outside"}, "Next": "Map"},
        "Map": {
            "Type": "Map",
            "Items": "{% $states.input.items %}",
            "ItemProcessor": {"StartAt": "Double", "States": {"Double": double}},
            "Next": "Both",
        },
        "Both": {
            "Type": "Parallel",
            "Branches": [{"StartAt": name, "States": {name: PASS}} for name in ("Left", "Right")],
            "Output": "{% {'both': $states.result, 'x': $x} %}",
            "End": True,
        },
    }
    ended = machines.run(states, items=[3, 1, 2])
    assert json.loads(ended["output"]) == {"both": [[6, 2, 4], [6, 2, 4]], "x": "outside"}


def test_a_branch_that_fails_ends_the_others(machines: Any) -> None:
    long = {"Type": "Wait", "Seconds": 86400, "End": True}
    fail = {"Type": "Fail", "Error": "Boom", "Cause": "on purpose"}
    branches = [{"StartAt": "Long", "States": {"Long": long}}, {"StartAt": "Fail", "States": {"Fail": fail}}]
    began = time.monotonic()
    ended = machines.run({"Both": {"Type": "Parallel", "Branches": branches, "End": True}})
    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "Boom", "on purpose")
    assert machines.kinds(ended["executionArn"])[-2:] == ["ParallelStateFailed", "ExecutionFailed"]
    assert time.monotonic() - began < 3600


def test_stopping_an_execution_stops_the_execution_it_waits_for(machines: Any) -> None:
    child = machines.create({"Wait": {"Type": "Wait", "Seconds": 86400, "End": True}})
    rule = "arn:aws:events:us-east-1:*:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"
    parent = machines.create(
        {
            "Child": {
                "Type": "Task",
                "Resource": "arn:aws:states:::states:startExecution.sync:2",
                "Arguments": {"StateMachineArn": child},
                "End": True,
            }
        },
        {"Action": ["states:StartExecution", "states:DescribeExecution", "states:StopExecution"]},
        {"Action": ["events:PutTargets", "events:PutRule", "events:DescribeRule"], "Resource": rule},
    )
    execution = machines.start(parent)
    while "TaskSubmitted" not in machines.kinds(execution):
        time.sleep(0.02)
    machines.states.stop_execution(executionArn=execution, error="Mine", cause="enough")
    ended = machines.ended(execution)
    assert (ended["status"], ended["error"], ended["cause"]) == ("ABORTED", "Mine", "enough")
    (inner,) = machines.states.list_executions(stateMachineArn=child)["executions"]
    assert machines.ended(inner["executionArn"])["status"] == "ABORTED"


def test_a_nested_execution_that_fails_fails_its_task_with_its_description(machines: Any) -> None:
    child = machines.create({"Fail": {"Type": "Fail", "Error": "Inner", "Cause": "reason"}})
    nested = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Arguments": {"StateMachineArn": child, "Input": {"a": 1}},
        "End": True,
    }
    ended = machines.run({"Child": nested}, {"Action": ["states:*", "events:*"]})
    assert ended["error"] == "States.TaskFailed"
    description = json.loads(ended["cause"])
    assert (description["Error"], description["Status"], description["Input"]) == ("Inner", "FAILED", {"a": 1})


def test_a_machine_has_its_own_time_limit(machines: Any) -> None:
    machine = machines.create({"Wait": {"Type": "Wait", "Seconds": 86400, "End": True}}, top={"TimeoutSeconds": 1})
    execution = machines.start(machine)
    assert machines.ended(execution)["status"] == "TIMED_OUT"
    assert machines.kinds(execution)[-1] == "ExecutionTimedOut"


def test_a_task_has_its_own_time_limit_and_a_token_can_come_too_late(machines: Any) -> None:
    queue = machines.engine.client("sqs").create_queue(QueueName=f"{machines.prefix}-queue")["QueueUrl"]
    arguments = {"QueueUrl": queue, "MessageBody": {"token": "{% $states.context.Task.Token %}"}}
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Arguments": arguments,
        "TimeoutSeconds": 1,
        "End": True,
    }
    execution = machines.start(machines.create({"Ask": task}, {"Action": "sqs:SendMessage"}))
    assert machines.ended(execution)["error"] == "States.Timeout"
    assert "TaskTimedOut" in machines.kinds(execution)


def test_a_task_whose_heart_does_not_beat_has_failed(machines: Any) -> None:
    queue = machines.engine.client("sqs").create_queue(QueueName=f"{machines.prefix}-silent")["QueueUrl"]
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Arguments": {"QueueUrl": queue, "MessageBody": "{% $states.context.Task.Token %}"},
        "HeartbeatSeconds": 1,
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Caught", "Output": "{% $states.errorOutput.Error %}"}],
        "End": True,
    }
    ended = machines.run({"Ask": task, "Caught": PASS}, {"Action": "sqs:SendMessage"})
    assert json.loads(ended["output"]) == "States.HeartbeatTimeout"


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html")
def test_executions_are_counted_by_their_ends(machines: Any) -> None:
    machine = machines.create({"Fail": {"Type": "Fail", "Error": "E"}})
    machines.ended(machines.start(machine))
    now = datetime.now(UTC)

    def total(name: str) -> float:
        points = machines.engine.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/States",
            MetricName=name,
            Dimensions=[{"Name": "StateMachineArn", "Value": machine}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(hours=1),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))

    deadline = time.monotonic() + 60
    while total("ExecutionsFailed") < 1 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert {name: total(f"Executions{name}") for name in ("Started", "Failed", "Succeeded")} == {
        "Started": 1,
        "Failed": 1,
        "Succeeded": 0,
    }


def test_whoever_has_the_token_answers_for_the_task(machines: Any) -> None:
    sqs = machines.engine.client("sqs")
    queue = sqs.create_queue(QueueName=f"{machines.prefix}-queue")["QueueUrl"]
    arguments = {"QueueUrl": queue, "MessageBody": {"token": "{% $states.context.Task.Token %}"}}
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Arguments": arguments,
        "HeartbeatSeconds": 60,
        "End": True,
    }
    execution = machines.start(machines.create({"Ask": task}, {"Action": "sqs:SendMessage"}))
    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    token = json.loads(message["Body"])["token"]
    machines.states.send_task_success(taskToken=token, output='{"answer": 42}')
    assert json.loads(machines.ended(execution)["output"]) == {"answer": 42}


def test_a_payload_over_the_quota_ends_the_execution_by_name(machines: Any) -> None:
    ended = machines.run({"Grow": {**PASS, "Output": "{% $pad('x', 300000, 'x') %}"}})
    assert ended["error"] == "States.DataLimitExceeded"
    assert "'Grow' returned a result with a size exceeding the maximum number of bytes" in ended["cause"]


def test_variables_over_the_quota_end_the_execution_by_name(machines: Any) -> None:
    ended = machines.run({"Grow": {**PASS, "Assign": {"large": "{% $pad('x', 300000, 'x') %}"}, "Output": 1}})
    assert ended["error"] == "States.DataLimitExceeded"
    assert ended["cause"].startswith("The variables of 'Assign' have 300012 bytes")


def test_the_history_names_states_resources_and_outputs(machines: Any) -> None:
    bucket = bucket_of(machines)
    listed = get_object(bucket, "x", Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Done"}])
    states = {"List": listed, "Done": {"Type": "Succeed"}}
    execution = machines.start(machines.create(states, {"Action": "s3:*"}))
    machines.ended(execution)
    assert machines.kinds(execution) == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskFailed",
        "TaskStateExited",
        "SucceedStateEntered",
        "SucceedStateExited",
        "ExecutionSucceeded",
    ]
    events = machines.states.get_execution_history(executionArn=execution)["events"]
    assert events[2]["taskScheduledEventDetails"]["resourceType"] == "aws-sdk:s3"
    assert events[1]["stateEnteredEventDetails"]["name"] == "List"
    assert [event["previousEventId"] for event in events[1:]] == list(range(1, 9))


def test_a_jsonpath_machine_runs_too(machines: Any) -> None:
    definition = {
        "StartAt": "Add",
        "States": {
            "Add": {
                "Type": "Pass",
                "Parameters": {"n.$": "States.MathAdd($.n, 1)"},
                "ResultPath": "$.sum",
                "Next": "Check",
            },
            "Check": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.sum.n", "NumericGreaterThan": 2, "Next": "Big"}],
                "Default": "Small",
            },
            "Big": {"Type": "Succeed"},
            "Small": {"Type": "Fail", "Error": "Small"},
        },
    }
    machine = machines.states.create_state_machine(
        name=f"{machines.prefix}-jsonpath", definition=json.dumps(definition), roleArn=machines.role()
    )["stateMachineArn"]
    assert json.loads(machines.ended(machines.start(machine, n=2))["output"]) == {"n": 2, "sum": {"n": 3}}
    assert machines.ended(machines.start(machine, n=0))["error"] == "Small"


def test_history_goes_to_the_machines_log_group(machines: Any) -> None:
    logs = machines.engine.client("logs")
    group = f"/states/{machines.prefix}"
    logs.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:111122223333:log-group:{group}:*"
    configuration = {
        "level": "ALL",
        "includeExecutionData": True,
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}],
    }
    machine = machines.create({"Only": PASS}, {"Action": "logs:*"}, loggingConfiguration=configuration)
    machines.ended(machines.start(machine, a=1))
    lines: list[dict[str, Any]] = []
    deadline = time.monotonic() + 60
    while len(lines) < 4 and time.monotonic() < deadline:
        lines = [json.loads(event["message"]) for event in logs.filter_log_events(logGroupName=group)["events"]]
        time.sleep(0.05)
    assert [line["type"] for line in lines] == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]
    assert lines[1]["details"]["name"] == "Only"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        pytest.param({"input": "{"}, "InvalidExecutionInput", id="input that is not JSON"),
        pytest.param({"input": json.dumps("x" * 300_000)}, "ValidationException", id="input over the quota"),
        pytest.param(
            {"input": json.dumps("é" * 140_000, ensure_ascii=False)},
            "InvalidExecutionInput",
            id="input of too many bytes",
        ),
        pytest.param({"name": "a b"}, "InvalidName", id="a name with a space"),
    ],
)
def test_a_start_is_refused_by_name(machines: Any, request_: dict[str, str], code: str) -> None:
    machine = machines.create({"Only": PASS})
    with pytest.raises(ClientError) as caught:
        machines.states.start_execution(stateMachineArn=machine, **request_)
    assert caught.value.response["Error"]["Code"] == code
