"""Callback and Lambda steps: somebody else's work, with outputs."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.pipelines.support import (
    Pipelines,
    compare,
    condition,
    fail,
    get,
    join,
    step,
)
from tests.engine.services.sagemaker.support import Sagemaker, eventually

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/sagemaker/latest/APIReference/API_SendPipelineExecutionStepSuccess.html"
)
ROWS = {"OutputName": "rows", "OutputType": "Integer"}


class Queue:
    """The queue that a Callback step writes to."""

    def __init__(self, account: Sagemaker) -> None:
        self.client = account.client("sqs")
        self.url = self.client.create_queue(QueueName=f"callbacks-{uuid.uuid4().hex[:8]}")["QueueUrl"]

    def message(self) -> dict[str, Any]:
        """The next message's body."""

        def received() -> dict[str, Any] | None:
            for found in self.client.receive_message(QueueUrl=self.url).get("Messages", []):
                self.client.delete_message(QueueUrl=self.url, ReceiptHandle=found["ReceiptHandle"])
                body: dict[str, Any] = json.loads(found["Body"])
                return body
            return None

        result: dict[str, Any] = eventually(received)
        return result


@pytest.fixture
def queue(with_role: Sagemaker) -> Queue:
    return Queue(with_role)


def callback(queue: Queue, **arguments: Any) -> dict[str, Any]:
    """A Callback step; the host of the queue's URL may be AWS's own."""
    path = queue.url.split("/", 3)[3]
    url = f"https://sqs.us-east-1.amazonaws.com/{path}"
    return step("Glue", "Callback", arguments, SqsQueueUrl=url, OutputParameters=[ROWS])


def enough() -> dict[str, Any]:
    """Fails unless the callback told of more than ten rows."""
    rows = compare("GreaterThan", get("Steps.Glue.OutputParameters['rows']"), 10)
    return condition("Enough", rows, other=[fail("TooFew", join("rows: ", get("Steps.Glue.OutputParameters['rows']")))])


def test_a_callback_step_waits_for_its_answer_and_gives_its_outputs(pipelines: Pipelines, queue: Queue) -> None:
    arn = pipelines.start(pipelines.create(callback(queue, pipeline=get("Execution.PipelineName"), n=5), enough()))
    message = queue.message()
    assert message == {
        "token": message["token"],
        "pipelineExecutionArn": arn,
        "arguments": {"pipeline": arn.split("/")[1], "n": 5},
        "status": "Executing",
    }
    waiting = pipelines.step_in(arn, "Glue", "Executing")
    assert waiting["Metadata"]["Callback"]["CallbackToken"] == message["token"]
    answer = pipelines.client.send_pipeline_execution_step_success(
        CallbackToken=message["token"], OutputParameters=[{"Name": "rows", "Value": "9"}]
    )
    assert answer["PipelineExecutionArn"] == arn
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Failed"
    steps = pipelines.steps(arn)
    assert steps["TooFew"]["Metadata"]["Fail"] == {"ErrorMessage": "rows: 9"}
    assert steps["Glue"]["Metadata"]["Callback"]["OutputParameters"] == [{"Name": "rows", "Value": "9"}]
    with pytest.raises(ClientError, match="was answered already"):
        pipelines.client.send_pipeline_execution_step_failure(CallbackToken=message["token"])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(
            lambda client, token: client.send_pipeline_execution_step_failure(
                CallbackToken=token, FailureReason="the job failed"
            ),
            "ClientError: the job failed",
            id="a failure",
        ),
        pytest.param(
            lambda client, token: client.send_pipeline_execution_step_success(
                CallbackToken=token, OutputParameters=[{"Name": "rows", "Value": "many"}]
            ),
            'ClientError: Output parameter rows is "many", not of Type Integer',
            id="an output of another type",
        ),
    ],
)
def test_a_callback_that_fails_fails_its_step(
    pipelines: Pipelines, queue: Queue, answer: Callable[[Any, str], Any], reason: str
) -> None:
    arn = pipelines.start(pipelines.create(callback(queue)))
    answer(pipelines.client, queue.message()["token"])
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Failed"
    assert pipelines.steps(arn)["Glue"]["FailureReason"] == reason


def test_a_stop_is_told_to_the_queue_and_waits_for_the_answer(pipelines: Pipelines, queue: Queue) -> None:
    arn = pipelines.start(pipelines.create(callback(queue), enough()))
    token = queue.message()["token"]
    pipelines.step_in(arn, "Glue", "Executing")
    pipelines.client.stop_pipeline_execution(PipelineExecutionArn=arn)
    told = queue.message()
    assert (told["token"], told["status"]) == (token, "Stopping")
    assert pipelines.describe(arn)["PipelineExecutionStatus"] == "Stopping"
    pipelines.client.send_pipeline_execution_step_success(CallbackToken=token)
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Stopped"
    assert set(pipelines.steps(arn)) == {"Glue"}


def test_a_token_that_nobody_gave_is_refused(pipelines: Pipelines) -> None:
    with pytest.raises(ClientError, match="Callback token aaaaaaaaaa does not exist"):
        pipelines.client.send_pipeline_execution_step_success(CallbackToken="a" * 10)


def test_a_queue_that_is_not_there_fails_the_step(pipelines: Pipelines, queue: Queue) -> None:
    queue.client.delete_queue(QueueUrl=queue.url)
    _, steps = pipelines.run(callback(queue))
    assert "Failed to invoke sqs:SendMessage. Error Details: " in steps["Glue"]["FailureReason"]


@pytest.fixture(scope="session")
def function(with_role: Sagemaker) -> str:
    """A function that adds, or does what it is told."""
    code = (
        "def handler(event, context):\n"
        "    if event.get('fail'):\n"
        "        raise ValueError(event['fail'])\n"
        "    return {'sum': event['a'] + event['b'], 'more': {'nested': 1}}\n"
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", code)
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = with_role.client("iam").create_role(
        RoleName="Adds", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    made = with_role.client("lambda").create_function(
        FunctionName="adds",
        Runtime="python3.13",
        Handler="index.handler",
        Role=role,
        Code={"ZipFile": archive.getvalue()},
    )
    return str(made["FunctionArn"])


def adds(function: str, **arguments: Any) -> dict[str, Any]:
    outputs = [{"OutputName": "sum", "OutputType": "Float"}, {"OutputName": "more", "OutputType": "String"}]
    return step("Add", "Lambda", arguments, FunctionArn=function, OutputParameters=outputs)


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_LambdaStepMetadata.html")
def test_a_lambda_step_gives_what_the_function_answers(pipelines: Pipelines, function: str) -> None:
    three = compare("Equals", get("Steps.Add.OutputParameters['sum']"), 3)
    execution, steps = pipelines.run(adds(function, a=1, b=2), condition("Three", three, other=[fail("Other")]))
    assert execution["PipelineExecutionStatus"] == "Succeeded", steps
    assert steps["Add"]["Metadata"]["Lambda"] == {
        "Arn": function,
        "OutputParameters": [{"Name": "sum", "Value": "3.0"}, {"Name": "more", "Value": '{"nested": 1}'}],
    }


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_LambdaStepMetadata.html")
@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        pytest.param("adds", {"fail": "no"}, "Received error from Lambda function", id="an exception"),
        pytest.param(
            "missing", {"a": 1}, "Failed to invoke lambda:Invoke. Error Details: Function not found", id="none"
        ),
    ],
)
def test_a_lambda_step_fails_with_its_function(
    pipelines: Pipelines, function: str, name: str, arguments: dict[str, Any], reason: str
) -> None:
    _, steps = pipelines.run(adds(function.replace(":adds", f":{name}"), **arguments))
    assert reason in steps["Add"]["FailureReason"]
