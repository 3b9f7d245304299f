"""Delivery to targets: identity, input, retries, dead letters."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.engine.mend.account import eventually, function, journal, let_in, messages, queue, summed

pytestmark = pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html")


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
    for metric in ("Invocations", "FailedInvocations", "InvocationsSentToDlq"):
        assert summed(engine, "AWS/Events", metric, RuleName="closed") == 1.0
