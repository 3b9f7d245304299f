"""Functions run as on AWS: role, runtime, errors, logs, limits."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.mend.account import EVERYTHING_LOGGED, archive, eventually, function, invoke, log, role

pytestmark = pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/python-handler.html")

SOURCE = """
import sys, time

class NoSuchColumn(Exception):
    pass

def handler(event, context):
    kind = event.get("do")
    print("got", kind)
    if kind == "raise":
        raise NoSuchColumn("plan is not a column")
    if kind == "sleep":
        time.sleep(5)
    if kind == "exit":
        sys.exit(3)
    if kind == "who":
        import boto3
        return boto3.client("sts").get_caller_identity()["Arn"]
    if kind == "import":
        import hypercorn
    if kind == "large":
        return "x" * 6_300_000
    if kind == "unserializable":
        return object()
    return {"echo": event, "request": context.aws_request_id, "memory": context.memory_limit_in_mb}
"""


@pytest.fixture(scope="module")
def name(engine: Any) -> str:
    function(engine, "runs", SOURCE)
    return "runs"


def test_a_function_gets_its_event_and_a_context(engine: Any, name: str) -> None:
    payload, answer = invoke(engine, name, {"a": [1, "é", None]})
    assert payload["echo"] == {"a": [1, "é", None]}
    assert payload["memory"] == "128"
    assert "FunctionError" not in answer


def test_a_function_calls_under_a_session_of_its_role(engine: Any) -> None:
    function(engine, "asks", SOURCE, Timeout=60)
    payload, _ = invoke(engine, "asks", {"do": "who"})
    assert payload == "arn:aws:sts::111122223333:assumed-role/asks/asks"


def test_an_exception_is_reported_by_its_class_with_a_stack_trace(engine: Any, name: str) -> None:
    payload, answer = invoke(engine, name, {"do": "raise"})
    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorType"] == "NoSuchColumn"
    assert payload["errorMessage"] == "plan is not a column"
    assert len(payload["stackTrace"]) == 1
    assert "raise NoSuchColumn" in payload["stackTrace"][0]


def test_a_function_that_takes_too_long_is_ended(engine: Any) -> None:
    function(engine, "takes-too-long", SOURCE, Timeout=3)
    payload, _ = invoke(engine, "takes-too-long", {"do": "sleep"})
    assert payload["errorType"] == "Sandbox.Timedout"
    assert payload["errorMessage"].endswith("Error: Task timed out after 3.00 seconds")
    assert invoke(engine, "takes-too-long", {"b": 1})[0]["echo"] == {"b": 1}


def test_a_function_that_exits_names_its_exit_status(engine: Any, name: str) -> None:
    payload, _ = invoke(engine, name, {"do": "exit"})
    assert payload["errorType"] == "Runtime.ExitError"
    assert payload["errorMessage"].endswith("Error: Runtime exited with error: exit status 3")


def test_a_function_finds_no_package_that_aws_does_not_bring_along(engine: Any, name: str) -> None:
    payload, _ = invoke(engine, name, {"do": "import"})
    assert payload["errorType"] == "ModuleNotFoundError"
    assert payload["errorMessage"] == "No module named 'hypercorn'"


def test_a_result_that_is_no_json_is_a_marshal_error(engine: Any, name: str) -> None:
    payload, _ = invoke(engine, name, {"do": "unserializable"})
    assert payload["errorType"] == "Runtime.MarshalError"


def test_a_result_above_six_megabytes_is_refused(engine: Any, name: str) -> None:
    payload, _ = invoke(engine, name, {"do": "large"})
    assert payload["errorType"] == "Function.ResponseSizeTooLarge"


def test_an_event_above_six_megabytes_is_refused(engine: Any, name: str) -> None:
    with pytest.raises(
        ClientError, match="Request must be smaller than 6291456 bytes for the InvokeFunction operation"
    ):
        invoke(engine, name, "x" * 6_300_000)


def test_an_event_that_is_no_json_is_refused(engine: Any, name: str) -> None:
    with pytest.raises(ClientError, match="Could not parse request body into json"):
        engine.client("lambda").invoke(FunctionName=name, Payload=b"{")


def test_what_a_function_prints_is_in_its_log_between_start_and_end(engine: Any, name: str) -> None:
    _, answer = invoke(engine, name, {"do": "print"}, LogType="Tail")
    lines = base64.b64decode(answer["LogResult"]).decode().splitlines()
    assert lines[0].startswith("START RequestId: ")
    assert lines[1] == "got print"
    assert lines[2].startswith("END RequestId: ")
    assert eventually(lambda: "got print" in log(engine, "/aws/lambda/runs"))


def test_a_role_without_logs_costs_the_function_its_log_and_nothing_else(engine: Any) -> None:
    role_arn = role(engine, "silent", "lambda.amazonaws.com")
    code = {"ZipFile": archive("def handler(event, context):\n    print('x')\n    return 1\n")}
    client = engine.client("lambda")
    client.create_function(
        FunctionName="silent", Runtime="python3.13", Handler="handler.handler", Role=role_arn, Code=code
    )
    assert invoke(engine, "silent")[0] == 1
    assert log(engine, "/aws/lambda/silent") == []


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        pytest.param("nowhere.handler", "Runtime.ImportModuleError", id="no module"),
        pytest.param("handler.nothing", "Runtime.HandlerNotFound", id="no function"),
        pytest.param("handler", "Runtime.MalformedHandlerName", id="no dot"),
    ],
)
def test_a_handler_that_is_not_there_is_named(engine: Any, name: str, handler: str, error: str) -> None:
    engine.client("lambda").update_function_configuration(FunctionName=name, Handler=handler)
    try:
        assert invoke(engine, name)[0]["errorType"] == error
    finally:
        engine.client("lambda").update_function_configuration(FunctionName=name, Handler="handler.handler")


def test_new_code_is_run_at_once(engine: Any) -> None:
    function(engine, "changes", "def handler(event, context):\n    return 1\n")
    assert invoke(engine, "changes")[0] == 1
    package = archive("def handler(event, context):\n    return 2\n")
    engine.client("lambda").update_function_code(FunctionName="changes", ZipFile=package)
    assert invoke(engine, "changes")[0] == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"Runtime": "nodejs22.x"}, "Runtime nodejs22.x is not executed here", id="runtime"),
        pytest.param(
            {"Code": {"S3Bucket": "no-such-bucket", "S3Key": "k"}},
            "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket",
            id="code",
        ),
    ],
)
def test_a_function_that_could_not_run_is_refused(engine: Any, name: str, change: dict[str, Any], message: str) -> None:
    client = engine.client("lambda")
    role_arn = client.get_function_configuration(FunctionName=name)["Role"]
    wanted = {"Runtime": "python3.13", "Code": {"ZipFile": archive("")}, **change}
    with pytest.raises(ClientError, match=message):
        client.create_function(FunctionName="refused", Handler="handler.handler", Role=role_arn, **wanted)


def test_an_asynchronous_invocation_that_fails_ends_at_its_destination(engine: Any) -> None:
    url = engine.client("sqs").create_queue(QueueName="failed-invocations")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:111122223333:failed-invocations"
    send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}
    function(engine, "fails", "def handler(event, context):\n    raise KeyError('x')\n", [send])
    engine.client("lambda").put_function_event_invoke_config(
        FunctionName="fails", MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    engine.client("lambda").invoke(FunctionName="fails", InvocationType="Event", Payload=b'{"a": 1}')
    sqs = engine.client("sqs")
    message = eventually(lambda: sqs.receive_message(QueueUrl=url).get("Messages"))[0]
    assert '"condition": "RetriesExhausted"' in message["Body"]
    assert '"approximateInvokeCount": 2' in message["Body"]
    assert '"requestPayload": {"a": 1}' in message["Body"]


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/api/API_Invoke.html")
def test_a_function_whose_role_is_gone_is_not_run(engine: Any) -> None:
    function(engine, "roleless", "def handler(event, context):\n    return event\n")
    iam = engine.client("iam")
    iam.delete_role_policy(RoleName="roleless", PolicyName="policy")
    iam.delete_role(RoleName="roleless")
    with pytest.raises(ClientError, match="The role defined for the function cannot be assumed by Lambda") as caught:
        invoke(engine, "roleless")
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


def test_a_function_that_its_stack_deletes_leaves_no_process(engine: Any) -> None:
    name = "deleted-with-its-stack"
    inline = "def handler(event, context):\n    return event\n"
    properties = {
        "FunctionName": name,
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": role(engine, name, "lambda.amazonaws.com", [EVERYTHING_LOGGED]),
        "Code": {"ZipFile": inline},
    }
    template = {"Resources": {"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}}}
    cloudformation = engine.client("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    assert invoke(engine, name, "hello")[0] == "hello"
    assert environments(engine, name) != []
    cloudformation.delete_stack(StackName=name)
    eventually(lambda: environments(engine, name) == [])


def test_a_function_that_is_deleted_while_it_runs_leaves_no_process(engine: Any) -> None:
    source = "import time\n\ndef handler(event, context):\n    time.sleep(2)\n"
    function(engine, "deleted-while-running", source, Timeout=10)
    invoke(engine, "deleted-while-running", {}, InvocationType="Event")
    eventually(lambda: environments(engine, "deleted-while-running"))
    engine.client("lambda").delete_function(FunctionName="deleted-while-running")
    eventually(lambda: environments(engine, "deleted-while-running") == [])


def environments(engine: Any, name: str) -> list[str]:
    """The recorded processes of a function."""
    records = []
    for path in (engine.home / "processes").glob("*.json"):
        with contextlib.suppress(FileNotFoundError):  # it has just ended
            records.append(path.read_text())
    return [record for record in records if f"function/{name}:" in record]


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/adding-layers.html")
def test_a_layer_of_another_account_is_no_empty_one(engine: Any) -> None:
    layer = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV2:60"
    refused = f"Layers: {layer} is a layer of account 017000801446 and is not executed here"
    with pytest.raises(ClientError, match=refused):
        function(engine, "foreign-layer", SOURCE, Layers=[layer])
    function(engine, "layerless", SOURCE)
    with pytest.raises(ClientError, match=refused):
        engine.client("lambda").update_function_configuration(FunctionName="layerless", Layers=[layer])
    assert not engine.client("lambda").get_function_configuration(FunctionName="layerless").get("Layers")
