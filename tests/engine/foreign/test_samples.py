"""Small bundles in the manner of public samples, which the engine executes as they stand."""

from __future__ import annotations

import io
import json
import urllib.request
import zipfile
from typing import Any

import pytest

from tests.engine.foreign.support import FOREIGN, Stranger, eventually, messages, outputs

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html"
)


def deployed(stranger: Stranger, name: str, **parameters: str) -> tuple[str, dict[str, str]]:
    """The stack of a sample, and its outputs."""
    stack = stranger.create(name.replace("_", "-"), FOREIGN / "samples" / f"{name}.yaml", **parameters)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stranger.reasons(stack["StackId"])
    return stack["StackId"], outputs(stack)


def deleted(stranger: Stranger, stack_id: str) -> None:
    assert stranger.delete(stack_id)["StackStatus"] == "DELETE_COMPLETE", stranger.reasons(stack_id)


def logged(stranger: Stranger, function: str, text: str) -> None:
    """Wait until the function has said something."""
    group = f"/aws/lambda/{function}"
    logs = stranger.client("logs")

    def said() -> bool | None:
        groups = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        return (text in messages(logs.filter_log_events(logGroupName=group)["events"])) or None if groups else None

    eventually(said, f"{function} says {text!r}")


def test_an_api_hands_messages_to_a_queue_that_a_function_reads(stranger: Stranger) -> None:
    stack_id, found = deployed(stranger, "api_to_queue")
    request = urllib.request.Request(found["Url"], data=b"hello", method="POST")  # noqa: S310 - the engine's address
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        assert (answer.status, list(json.load(answer))) == (202, ["id"])
    logged(stranger, found["Consumer"], "got hello")
    deleted(stranger, stack_id)


def test_a_schedule_invokes_a_function_with_its_input(stranger: Stranger) -> None:
    stack_id, found = deployed(stranger, "schedule")
    logged(stranger, found["Tick"], "tick None rule")
    deleted(stranger, stack_id)


def test_an_upload_invokes_a_function(stranger: Stranger) -> None:
    stack_id, found = deployed(stranger, "uploads")
    for key in ("out/b.txt", "in/a.txt"):
        stranger.client("s3").put_object(Bucket=found["Bucket"], Key=key, Body=b"x")
    logged(stranger, found["Function"], "key in/a.txt")
    stranger.empty(found["Bucket"])
    deleted(stranger, stack_id)


def test_a_state_machine_calls_functions_topics_queues_parameters_and_events(stranger: Stranger) -> None:
    stack_id, found = deployed(stranger, "state_machine")
    states = stranger.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=found["Machine"], input="{}")["executionArn"]

    def over() -> dict[str, Any] | None:
        described: dict[str, Any] = states.describe_execution(executionArn=execution)
        return None if described["status"] == "RUNNING" else described

    ended = eventually(over, "the execution ends")
    assert ended["status"] == "SUCCEEDED", ended
    assert json.loads(ended["output"])["FailedEntryCount"] == 0
    (message,) = stranger.client("sqs").receive_message(QueueUrl=found["Queue"])["Messages"]
    assert json.loads(message["Body"])["price"] == 60
    stranger.client("ssm").delete_parameters(Names=[f"/{stranger.name('state-machine')}/{item}" for item in "ab"])
    deleted(stranger, stack_id)


def test_a_function_imports_what_its_layer_holds(stranger: Stranger) -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("python/dep.py", "NAME = 'from the layer'")
    bucket = stranger.name("code")
    stranger.client("s3").create_bucket(Bucket=bucket)
    stranger.client("s3").put_object(Bucket=bucket, Key="layer.zip", Body=body.getvalue())
    stack_id, found = deployed(stranger, "layer", CodeBucket=bucket)
    answer = stranger.client("lambda").invoke(FunctionName=found["F"])
    assert json.load(answer["Payload"]) == "from the layer"
    deleted(stranger, stack_id)


def test_a_loop_makes_a_topic_for_each_name(stranger: Stranger) -> None:
    stack_id, found = deployed(stranger, "for_each")
    assert found == {"Count": "2", "Json": '{"a":["A","B"]}'}
    name = stranger.name("for-each")
    topics = [topic["TopicArn"].rpartition(":")[2] for topic in stranger.client("sns").list_topics()["Topics"]]
    assert {f"{name}-A", f"{name}-B"} <= set(topics)
    deleted(stranger, stack_id)


def test_a_generated_secret_is_resolved_where_it_is_referred_to(stranger: Stranger) -> None:
    stack_id, found = deployed(stranger, "secret")
    value = stranger.client("ssm").get_parameter(Name=found["Name"])["Parameter"]["Value"]
    assert value == "admin"
    deleted(stranger, stack_id)
