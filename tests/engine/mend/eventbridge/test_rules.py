"""Rules: what PutRule takes, and what the operations on a rule refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway.engine.mend.eventbridge.schedules import is_valid
from tests.engine.mend.account import queue

pytestmark = pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html")

PATTERN = '{"source": ["x"]}'


@pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html")
@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minute)",
        "rate(5 minutes)",
        "rate(1 day)",
        "cron(0 10 * * ? *)",
        "cron(0/15 8-17 ? * MON-FRI *)",
        "cron(0 9 ? * 2#1 *)",
        "cron(0 18 L * ? 2026-2030)",
        "cron(0 8 3W JAN,JUL ? *)",
    ],
)
def test_schedules_of_the_guide_are_valid(expression: str) -> None:
    assert is_valid(expression)


@pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html")
@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(0 minutes)",
        "rate(5 seconds)",
        "cron(0 10 * * * *)",
        "cron(0 10 ? * ? *)",
        "cron(60 10 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 10 32 * ? *)",
        "cron(0 10 * * ?)",
        "every day",
    ],
)
def test_other_schedules_are_not(expression: str) -> None:
    assert not is_valid(expression)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        pytest.param({}, "Parameter.s. EventPattern or ScheduleExpression must be specified", id="neither"),
        pytest.param({"ScheduleExpression": "rate(1 minutes)"}, "ScheduleExpression is not valid", id="schedule"),
        pytest.param(
            {"EventPattern": '{"source": "x"}'},
            "InvalidEventPatternException.*Event pattern is not valid. Reason:",
            id="pattern without a list",
        ),
        pytest.param(
            {"EventPattern": '{"detail": {"n": [{"numeric": [">"]}]}}'},
            "InvalidEventPatternException",
            id="half a numeric match",
        ),
        pytest.param(
            {"EventPattern": PATTERN, "EventBusName": "nowhere"}, "Event bus nowhere does not exist", id="bus"
        ),
    ],
)
def test_put_rule_refuses(engine: Any, rule: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        engine.client("events").put_rule(Name="refused", **rule)


@pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-event-bus.html")
def test_a_bus_is_named_by_its_arn_too(engine: Any) -> None:
    events = engine.client("events")
    bus = events.create_event_bus(Name="by-arn")["EventBusArn"]
    arn = events.put_rule(Name="there", EventBusName=bus, EventPattern=PATTERN)["RuleArn"]
    assert arn.endswith(":rule/by-arn/there")
    assert [rule["Name"] for rule in events.list_rules(EventBusName=bus)["Rules"]] == ["there"]
    with pytest.raises(ClientError, match="supported only on the default event bus"):
        events.put_rule(Name="scheduled", EventBusName=bus, ScheduleExpression="rate(1 day)")


def test_an_update_takes_away_what_it_does_not_name(engine: Any) -> None:
    events = engine.client("events")
    events.put_rule(Name="updated", EventPattern=PATTERN, Description="d", State="DISABLED")
    events.put_rule(Name="updated", ScheduleExpression="rate(1 day)")
    rule = events.describe_rule(Name="updated")
    assert ("Description" in rule, "EventPattern" in rule, rule["State"]) == (False, False, "ENABLED")


@pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html")
def test_a_rule_with_targets_is_not_deleted(engine: Any) -> None:
    events = engine.client("events")
    _, arn = queue(engine, "of-a-rule")
    events.put_rule(Name="in-use", EventPattern=PATTERN)
    events.put_targets(Rule="in-use", Targets=[{"Id": "q", "Arn": arn}])
    with pytest.raises(ClientError, match="Rule can't be deleted since it has targets"):
        events.delete_rule(Name="in-use")
    events.remove_targets(Rule="in-use", Ids=["q"])
    events.delete_rule(Name="in-use")
    with pytest.raises(ClientError, match=r"ResourceNotFoundException.*Rule in-use does not exist"):
        events.describe_rule(Name="in-use")


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("enable_rule", {"Name": "nowhere"}),
        ("disable_rule", {"Name": "nowhere"}),
        ("remove_targets", {"Rule": "nowhere", "Ids": ["t"]}),
        ("list_targets_by_rule", {"Rule": "nowhere"}),
    ],
)
@pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/APIReference/API_EnableRule.html")
def test_an_operation_on_a_rule_that_is_not_there_fails(engine: Any, operation: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match=r"ResourceNotFoundException.*Rule nowhere does not exist"):
        getattr(engine.client("events"), operation)(**arguments)


@pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html")
def test_a_rule_has_five_targets_at_most(engine: Any) -> None:
    events = engine.client("events")
    _, arn = queue(engine, "of-many")
    events.put_rule(Name="many", EventPattern=PATTERN)
    events.put_targets(Rule="many", Targets=[{"Id": str(number), "Arn": arn} for number in range(5)])
    with pytest.raises(ClientError, match="LimitExceededException"):
        events.put_targets(Rule="many", Targets=[{"Id": "6", "Arn": arn}])
    events.put_targets(Rule="many", Targets=[{"Id": "4", "Arn": arn, "Input": json.dumps({"a": 1})}])
