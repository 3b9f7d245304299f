"""Delivery to targets: identity, input, retries, dead letters."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway.engine.mend.eventbridge.delivery import at_path, failure_of
from tests.engine.mend.account import eventually, function, journal, let_in, messages, queue


@pytest.mark.parametrize(
    ("path", "part"),
    [("$.detail.key", 1), ("$", {"detail": {"key": 1}}), ("$.detail", {"key": 1}), ("$.nothing.here", None)],
)
def test_an_input_path_names_a_part_of_the_event(path: str, part: Any) -> None:
    assert at_path({"detail": {"key": 1}}, path) == part


@pytest.mark.parametrize(
    ("code", "status", "kind", "retried"),
    [
        pytest.param("AccessDeniedException", 403, "NO_PERMISSIONS", False, id="permission"),
        pytest.param("PipelineNotFoundException", 400, "NO_RESOURCE", False, id="target"),
        pytest.param("ThrottlingException", 400, "THROTTLING", True, id="throttled"),
        pytest.param("InternalFailure", 500, "INTERNAL_ERROR", True, id="fault"),
        pytest.param("ValidationException", 400, "SDK_CLIENT_ERROR", False, id="request"),
    ],
)
def test_only_what_can_pass_is_tried_again(code: str, status: int, kind: str, retried: bool) -> None:
    response = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    failure = failure_of(ClientError(response, "Operation"))  # type: ignore[arg-type]
    assert (failure.code, failure.retried) == (kind, retried)


def put_rule(engine: Any, name: str, target: dict[str, Any]) -> str:
    events = engine.client("events")
    arn: str = events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))["RuleArn"]
    events.put_targets(Rule=name, Targets=[{"Id": "target", **target}])
    return arn


def put_event(engine: Any, source: str, **detail: Any) -> None:
    entry = {"Source": source, "DetailType": "Test", "Detail": json.dumps(detail)}
    assert engine.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def test_a_transformed_event_reaches_a_queue_that_lets_the_rule_in(engine: Any) -> None:
    url, arn = queue(engine, "let-in", DelaySeconds="30")
    template = {"InputPathsMap": {"key": "$.detail.key"}, "InputTemplate": '{"key": <key>}'}
    rule = put_rule(engine, "letting.in", {"Arn": arn, "InputTransformer": template})
    let_in(engine, url, arn, "events.amazonaws.com", rule)
    put_event(engine, "letting.in", key="value")
    assert json.loads(eventually(lambda: messages(engine, url))[0]["Body"]) == {"key": "value"}
    callers = {call["caller"] for call in journal(engine) if call["operation"] == "SendMessage"}
    assert "events.amazonaws.com" in callers


def test_an_event_that_may_not_be_delivered_goes_to_the_dead_letter_queue(engine: Any) -> None:
    target = function(engine, "closed", "def handler(event, context): pass\n")
    url, arn = queue(engine, "dead-letters")
    rule = put_rule(engine, "closed", {"Arn": target, "DeadLetterConfig": {"Arn": arn}})
    let_in(engine, url, arn, "events.amazonaws.com", rule)
    put_event(engine, "closed", a=1)
    letter = eventually(lambda: messages(engine, url))[0]
    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert json.loads(letter["Body"])["detail"] == {"a": 1}
    assert attributes["ERROR_CODE"] == "NO_PERMISSIONS"
    assert attributes["RULE_ARN"] == rule
    assert attributes["TARGET_ARN"] == target
    assert attributes["RETRY_ATTEMPTS"] == "0"
