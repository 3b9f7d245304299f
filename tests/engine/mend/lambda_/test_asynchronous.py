"""Asynchronous invocations: retries, destinations, dead letters, and an engine that is killed meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from slipway import local
from slipway.engine.mend.lambda_.destinations import record_of
from tests.engine.conftest import RunningEngine, start
from tests.engine.mend.account import ACCOUNT, eventually, function, messages, queue
from tests.engine.restart import killed

RECORDS = "docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"
RETRIES = "docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"
FAILS = "def handler(event, context):\n    raise KeyError(context.aws_request_id)\n"


def send_to(arn: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}


def invoked(engine: Any, name: str, event: Any, **more: Any) -> None:
    answer = engine.client("lambda").invoke(
        FunctionName=name, InvocationType="Event", Payload=json.dumps(event).encode(), **more
    )
    assert answer["StatusCode"] == 202


def body(engine: Any, url: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(eventually(lambda: messages(engine, url))[0]["Body"])
    return found


@pytest.mark.specification(RECORDS)
def test_a_success_is_told_to_its_destination(engine: Any) -> None:
    url, arn = queue(engine, "async-succeeded")
    function(engine, "succeeds", "def handler(event, context):\n    return {'ok': event}\n", [send_to(arn)])
    client = engine.client("lambda")
    version = client.publish_version(FunctionName="succeeds")["Version"]
    client.put_function_event_invoke_config(
        FunctionName="succeeds", Qualifier=version, DestinationConfig={"OnSuccess": {"Destination": arn}}
    )
    invoked(engine, "succeeds", {"a": 1}, Qualifier=version)
    record = body(engine, url)
    assert record["requestContext"]["condition"] == "Success"
    assert record["requestContext"]["functionArn"].endswith(f":function:succeeds:{version}")
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": version}
    assert (record["requestPayload"], record["responsePayload"]) == ({"a": 1}, {"ok": {"a": 1}})


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html")
@pytest.mark.parametrize("put", [{}, {"Qualifier": "$LATEST"}], ids=["put on the function", "put on $LATEST"])
@pytest.mark.parametrize("call", [{}, {"Qualifier": "$LATEST"}], ids=["calls the function", "calls $LATEST"])
def test_the_settings_of_latest_are_the_unqualified_functions(
    engine: Any, put: dict[str, str], call: dict[str, str]
) -> None:
    name = f"latest-{len(put)}-{len(call)}"
    url, arn = queue(engine, name)
    function(engine, name, FAILS, [send_to(arn)])
    client = engine.client("lambda")
    told = client.put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": arn}}, **put
    )
    assert told["FunctionArn"].endswith(f":function:{name}:$LATEST")
    invoked(engine, name, 1, **call)
    context = body(engine, url)["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == ("RetriesExhausted", 1)
    assert context["functionArn"].endswith(f":function:{name}:$LATEST")
    client.delete_function_event_invoke_config(FunctionName=name, **call)
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="doesn't have an EventInvokeConfig"):
        client.get_function_event_invoke_config(FunctionName=name, **put)


@pytest.mark.specification(RETRIES)
def test_every_attempt_has_the_same_request_id(engine: Any) -> None:
    url, arn = queue(engine, "async-attempts")
    function(engine, "attempts", FAILS, [send_to(arn)])
    engine.client("lambda").put_function_event_invoke_config(
        FunctionName="attempts", MaximumRetryAttempts=2, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    invoked(engine, "attempts", 1)
    record = body(engine, url)
    context = record["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == ("RetriesExhausted", 3)
    assert record["responsePayload"]["errorMessage"] == f"'{context['requestId']}'"
    assert record["responseContext"]["functionError"] == "Unhandled"


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/invocation-async-dlq.html")
def test_a_dead_letter_is_the_event_with_the_error_in_its_attributes(engine: Any) -> None:
    url, arn = queue(engine, "async-dead-letters")
    function(engine, "dies", FAILS, [send_to(arn)], DeadLetterConfig={"TargetArn": arn})
    engine.client("lambda").put_function_event_invoke_config(FunctionName="dies", MaximumRetryAttempts=0)
    invoked(engine, "dies", {"the": "event"})
    message = eventually(lambda: messages(engine, url))[0]
    assert json.loads(message["Body"]) == {"the": "event"}
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert attributes["ErrorCode"] == "200"
    assert attributes["ErrorMessage"] == f"'{attributes['RequestID']}'"


@pytest.mark.specification(RETRIES)
def test_a_throttled_event_waits_until_there_is_room(engine: Any) -> None:
    url, arn = queue(engine, "async-throttled")
    function(engine, "throttled", "def handler(event, context):\n    return event\n", [send_to(arn)])
    client = engine.client("lambda")
    client.put_function_event_invoke_config(
        FunctionName="throttled", MaximumRetryAttempts=0, DestinationConfig={"OnSuccess": {"Destination": arn}}
    )
    client.put_function_concurrency(FunctionName="throttled", ReservedConcurrentExecutions=0)
    invoked(engine, "throttled", 5)
    assert messages(engine, url) == []
    client.delete_function_concurrency(FunctionName="throttled")
    record = body(engine, url)
    assert (record["responsePayload"], record["requestContext"]["approximateInvokeCount"]) == (5, 1)


@pytest.mark.specification(RECORDS)
def test_an_event_that_grew_too_old_has_no_response() -> None:
    config = {"FunctionArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"}
    record = record_of(config, {"requestId": "r", "attempts": 0, "event": 1}, None, "EventAgeExceeded")
    assert record["requestContext"]["functionArn"].endswith(":function:f:$LATEST")
    assert "responseContext" not in record


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html")
def test_every_run_counts_as_an_invocation_and_every_failure_as_an_error(engine: Any) -> None:
    function(engine, "counted", FAILS)
    engine.client("lambda").put_function_event_invoke_config(FunctionName="counted", MaximumRetryAttempts=1)
    invoked(engine, "counted", 1)

    def sums() -> dict[str, float]:
        now = datetime.now(UTC)
        reads = {
            "Namespace": "AWS/Lambda",
            "Dimensions": [{"Name": "FunctionName", "Value": "counted"}],
            "StartTime": now - timedelta(hours=1),
            "EndTime": now + timedelta(hours=1),
            "Period": 3600,
            "Statistics": ["Sum"],
        }
        read = engine.client("cloudwatch").get_metric_statistics
        names = ("Invocations", "Errors", "Throttles")
        return {name: sum(point["Sum"] for point in read(MetricName=name, **reads)["Datapoints"]) for name in names}

    eventually(lambda: sums() == {"Invocations": 2, "Errors": 2, "Throttles": 0})


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """The folder of an engine, which is stopped in the end."""
    yield tmp_path / ".slipway"
    running = local.find(tmp_path / ".slipway")
    if running is not None:
        running.stop()


@pytest.mark.specification(RETRIES)
def test_what_a_killed_engine_had_accepted_the_next_one_runs(home: Path) -> None:
    before = start(home)
    url, arn = queue(before, "survives")
    source = (
        "import pathlib, time\n\ndef handler(event, context):\n"
        "    tried = pathlib.Path(event)\n    if not tried.exists():\n        tried.touch()\n        time.sleep(30)\n"
        "    return 'again'\n"
    )
    function(before, "survives", source, [send_to(arn)], Timeout=60)
    before.client("lambda").put_function_event_invoke_config(
        FunctionName="survives", DestinationConfig={"OnSuccess": {"Destination": arn}}
    )
    tried = home / "tried"
    invoked(before, "survives", str(tried))
    eventually(tried.exists)
    killed(before.engine)
    after = RunningEngine(local.start(home, port=local.free_port()))
    record = json.loads(eventually(lambda: messages(after, f"{after.url}/{ACCOUNT}/survives"))[0]["Body"])
    assert url.endswith("/survives")
    assert record["responsePayload"] == "again"
