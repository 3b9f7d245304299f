"""Which targets can be put."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from botocore.exceptions import ClientError

from slipway.engine.mend.eventbridge import targets
from slipway.engine.mend.eventbridge.targets import KINDS, Delivery, refusal
from tests.engine.mend.account import eventually, journal, let_in, messages, queue, role

pytestmark = pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html")

PIPELINE = "arn:aws:codepipeline:us-east-1:111122223333:pipe"
QUEUE = "arn:aws:sqs:us-east-1:111122223333:q"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account and a region, which tests without an engine have none of."""
    monkeypatch.setattr(targets, "current", lambda: SimpleNamespace(region="us-east-1", account="111122223333"))


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        pytest.param(
            {"Arn": "arn:aws:ecs:us-east-1:111122223333:cluster/c"}, "is not executed here: targets are", id="kind"
        ),
        pytest.param({"Arn": "nonsense"}, "is not executed here", id="no arn"),
        pytest.param({"Arn": PIPELINE}, f"RoleArn is required for target {PIPELINE}.", id="no role"),
        pytest.param(
            {"Id": "t", "Arn": PIPELINE, "RoleArn": "r", "EcsParameters": {}},
            "EcsParameters of target t is not executed here",
            id="parameters",
        ),
        pytest.param(
            {"Id": "t", "Arn": "arn:aws:sqs:us-east-1:111122223333:q.fifo"},
            "SqsParameters must be specified",
            id="fifo",
        ),
        pytest.param({"Arn": "arn:aws:events:us-east-1:111122223333:api-destination/d"}, "not executed", id="HTTP"),
        pytest.param({"Arn": "arn:aws:sqs:eu-west-1:111122223333:q"}, "is in eu-west-1", id="region"),
        pytest.param(
            {"Id": "t", "Arn": QUEUE, "DeadLetterConfig": {"Arn": f"{QUEUE}.fifo"}},
            "The dead-letter queue of target t must be a standard SQS queue",
            id="dead letters",
        ),
    ],
)
def test_a_target_that_could_not_be_delivered_to_is_refused(target: dict[str, Any], reason: str) -> None:
    assert reason in refusal(target)


@pytest.mark.parametrize(
    "target",
    [
        {"Arn": "arn:aws:lambda:us-east-1:111122223333:function:f"},
        {"Arn": "arn:aws:sqs:us-east-1:111122223333:q.fifo", "SqsParameters": {"MessageGroupId": "g"}},
        {"Arn": PIPELINE, "RoleArn": "r", "RetryPolicy": {}, "DeadLetterConfig": {}},
        {"Arn": "arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/x"},
    ],
)
def test_a_target_that_is_executed_is_taken(target: dict[str, Any]) -> None:
    assert refusal(target) == ""


def test_put_targets_refuses_by_name(engine: Any) -> None:
    events = engine.client("events")
    events.put_rule(Name="refusing", EventPattern='{"source": ["x"]}')
    arn = "arn:aws:kinesis:us-east-1:111122223333:stream/s"
    with pytest.raises(ClientError, match=f"Target {arn} is not executed here"):
        events.put_targets(Rule="refusing", Targets=[{"Id": "s", "Arn": arn}])


def test_a_rule_on_a_bus_that_is_not_there_is_refused(engine: Any) -> None:
    with pytest.raises(ClientError, match="Event bus nowhere does not exist"):
        engine.client("events").put_rule(Name="lost", EventBusName="nowhere", EventPattern='{"source": ["x"]}')


REVISION = {"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": "abc"}


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param(f'{{"sourceRevisions": [{json.dumps(REVISION)}]}}', {"sourceRevisions": [REVISION]}, id="a list"),
        pytest.param(f'{{"sourceRevisions": {json.dumps(REVISION)}}}', {"sourceRevisions": [REVISION]}, id="one"),
        pytest.param(
            '{"variables": [{"name": "DataVersion", "value": "v"}], "detail": {}}',
            {"variables": [{"name": "DataVersion", "value": "v"}]},
            id="variables",
        ),
    ],
)
def test_a_pipeline_is_started_with_the_revisions_and_variables_of_its_input(
    payload: str, expected: dict[str, Any]
) -> None:
    caller = MagicMock()
    KINDS["codepipeline"].send(Delivery(MagicMock(), caller, {"Arn": PIPELINE, "InputTransformer": {}}, payload))
    caller.client("codepipeline").start_pipeline_execution.assert_called_once_with(name="pipe", **expected)


def test_an_event_as_it_is_starts_a_pipeline_without_overrides() -> None:
    caller = MagicMock()
    KINDS["codepipeline"].send(Delivery(MagicMock(), caller, {"Arn": PIPELINE}, '{"variables": ["of the event"]}'))
    caller.client("codepipeline").start_pipeline_execution.assert_called_once_with(name="pipe")


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:lambda:us-east-1:111122223333:function:gone",
        "arn:aws:sqs:us-east-1:111122223333:gone",
        "arn:aws:sns:us-east-1:111122223333:gone",
        "arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/gone",
    ],
)
def test_a_target_that_is_not_there_is_refused(engine: Any, arn: str) -> None:
    events = engine.client("events")
    events.put_rule(Name="to-nobody", EventPattern='{"source": ["x"]}')
    with pytest.raises(ClientError, match=f"ResourceNotFoundException.*Target {arn} does not exist"):
        events.put_targets(Rule="to-nobody", Targets=[{"Id": "s", "Arn": arn}])
    assert events.list_targets_by_rule(Rule="to-nobody")["Targets"] == []


@pytest.mark.parametrize("service", ["states:stateMachine", "codepipeline", "codebuild:project/", "events:event-bus/"])
def test_a_target_under_a_role_is_looked_for_too(engine: Any, service: str) -> None:
    name, _, kind = service.partition(":")
    rest = f"{kind}gone" if kind.endswith("/") else f"{kind}:gone" if kind else "gone"
    arn = f"arn:aws:{name}:us-east-1:111122223333:{rest}"
    who = role(engine, f"to-nobody-{name}", "events.amazonaws.com")
    events = engine.client("events")
    events.put_rule(Name="under-a-role", EventPattern='{"source": ["x"]}')
    with pytest.raises(ClientError, match=f"Target {arn} does not exist"):
        events.put_targets(Rule="under-a-role", Targets=[{"Id": "s", "Arn": arn, "RoleArn": who}])


@pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html")
def test_an_event_goes_on_to_another_bus_under_the_targets_role(engine: Any) -> None:
    events = engine.client("events")
    bus = events.create_event_bus(Name="second")["EventBusArn"]
    allowed = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus}
    who = role(engine, "to-second", "events.amazonaws.com", [allowed])
    url, arn = queue(engine, "behind-second")
    rule = events.put_rule(Name="behind", EventBusName="second", EventPattern='{"source": ["first"]}')["RuleArn"]
    let_in(engine, url, arn, "events.amazonaws.com", rule)
    events.put_targets(Rule="behind", EventBusName="second", Targets=[{"Id": "q", "Arn": arn}])
    events.put_rule(Name="ahead", EventPattern='{"source": ["first"]}')
    events.put_targets(Rule="ahead", Targets=[{"Id": "b", "Arn": bus, "RoleArn": who}])
    put = events.put_events(Entries=[{"Source": "first", "DetailType": "t", "Detail": '{"a": 1}'}])
    event = json.loads(eventually(lambda: messages(engine, url))[0]["Body"])
    assert (event["id"], event["detail"]) == (put["Entries"][0]["EventId"], {"a": 1})
    calls = [call for call in journal(engine) if call["operation"] == "PutEvents" and "to-second" in call["caller"]]
    assert [call["status"] for call in calls] == [200]
