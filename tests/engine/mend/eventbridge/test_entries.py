"""PutEvents says what is wrong with each entry."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway.engine.mend.eventbridge.entries import size
from tests.engine.mend.account import eventually, let_in, messages, queue

pytestmark = pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html")

RIGHT = {"Source": "entries", "DetailType": "Test", "Detail": "{}"}


@pytest.mark.parametrize(
    ("entry", "code", "message"),
    [
        pytest.param({"Source": ""}, "InvalidArgument", "Source is a required argument.", id="no source"),
        pytest.param({"DetailType": ""}, "InvalidArgument", "DetailType is a required argument.", id="no type"),
        pytest.param({"Detail": "{a"}, "MalformedDetail", "Detail is malformed.", id="no JSON"),
        pytest.param({"Detail": "[1]"}, "MalformedDetail", "Detail is malformed.", id="no object"),
        pytest.param({"Source": "aws.s3"}, "NotAuthorizedForSourceException", "Not authorized", id="AWS's source"),
        pytest.param({"EventBusName": "nowhere"}, "InvalidArgument", "Event bus nowhere does not exist", id="bus"),
    ],
)
def test_an_entry_that_is_wrong_fails_and_not_the_others(
    engine: Any, entry: dict[str, str], code: str, message: str
) -> None:
    answer = engine.client("events").put_events(Entries=[RIGHT, {**RIGHT, **entry}, RIGHT])
    first, wrong, last = answer["Entries"]
    assert answer["FailedEntryCount"] == 1
    assert "EventId" in first
    assert "EventId" in last
    assert wrong["ErrorCode"] == code
    assert message in wrong["ErrorMessage"]


def test_a_request_without_one_right_entry_fails(engine: Any) -> None:
    with pytest.raises(ClientError, match=r"ValidationException.*Detail is a required argument"):
        engine.client("events").put_events(Entries=[{"Source": "entries", "DetailType": "Test"}])


@pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html")
def test_a_megabyte_is_too_much(engine: Any) -> None:
    assert size({**RIGHT, "Time": 1, "Resources": ["abc"]}) == 7 + 4 + 2 + 14 + 3
    detail = json.dumps({"a": "x" * 600_000})
    with pytest.raises(ClientError, match="Total size of the entries in the request is over the limit"):
        engine.client("events").put_events(Entries=[{**RIGHT, "Detail": detail}] * 2)


def test_an_event_keeps_the_time_that_it_was_given(engine: Any) -> None:
    events = engine.client("events")
    url, arn = queue(engine, "timed")
    rule = events.put_rule(Name="timed", EventPattern='{"source": ["timed"]}')["RuleArn"]
    let_in(engine, url, arn, "events.amazonaws.com", rule)
    events.put_targets(Rule="timed", Targets=[{"Id": "q", "Arn": arn}])
    events.put_events(Entries=[{**RIGHT, "Source": "timed", "Time": "2026-01-02T03:04:05Z", "Resources": ["r"]}])
    event = json.loads(eventually(lambda: messages(engine, url))[0]["Body"])
    assert (event["time"], event["resources"], event["version"]) == ("2026-01-02T03:04:05Z", ["r"], "0")


@pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html")
@pytest.mark.parametrize(
    ("pattern", "matches", "fails"),
    [
        pytest.param({"k": [{"prefix": "a/"}]}, {"k": "a/b"}, {"k": "b/a/"}, id="prefix"),
        pytest.param({"k": [{"suffix": ".csv"}]}, {"k": "x.csv"}, {"k": "x.csv.gz"}, id="suffix"),
        pytest.param(
            {"k": [{"prefix": {"equals-ignore-case": "AB"}}]}, {"k": "abc"}, {"k": "bc"}, id="prefix, any case"
        ),
        pytest.param({"k": [{"anything-but": ["a", "b"]}]}, {"k": "c"}, {"k": "a"}, id="anything-but"),
        pytest.param({"k": [{"anything-but": {"prefix": "a"}}]}, {"k": "c"}, {"k": "ab"}, id="anything-but prefix"),
        pytest.param({"k": [{"anything-but": {"wildcard": "*/x/*"}}]}, {"k": "c"}, {"k": "a/x/b"}, id="but wildcard"),
        pytest.param({"k": [{"numeric": [">", 0, "<=", 5]}]}, {"k": 5}, {"k": 0}, id="numeric"),
        pytest.param({"k": [{"exists": False}]}, {"l": 1}, {"k": 1}, id="exists"),
        pytest.param({"k": [{"cidr": "10.0.0.0/24"}]}, {"k": "10.0.0.9"}, {"k": "10.0.1.9"}, id="cidr"),
        pytest.param({"k": [{"wildcard": "dir/*.png"}]}, {"k": "dir/a.png"}, {"k": "dir/a.jpg"}, id="wildcard"),
        pytest.param({"k": [{"equals-ignore-case": "Ab"}]}, {"k": "aB"}, {"k": "abc"}, id="equals-ignore-case"),
        pytest.param({"$or": [{"k": ["a"]}, {"l": [1]}]}, {"l": 1}, {"k": "b", "l": 2}, id="or"),
        pytest.param({"k": ["b", None]}, {"k": ["a", "b"]}, {"k": ["a"]}, id="any of a list"),
        pytest.param({"k": {"m": [{"n": ["x"]}]}}, None, None, id="object in a list"),
    ],
)
def test_patterns_match_in_full(
    engine: Any, pattern: dict[str, Any], matches: dict[str, Any] | None, fails: dict[str, Any] | None
) -> None:
    events = engine.client("events")
    text = json.dumps({"detail": pattern})
    if matches is None:
        with pytest.raises(ClientError, match="InvalidEventPatternException"):
            events.put_rule(Name="pattern", EventPattern=text)
        return
    envelope = {
        "id": "1",
        "account": "111122223333",
        "source": "s",
        "time": "2026-01-02T03:04:05Z",
        "region": "us-east-1",
        "resources": [],
        "detail-type": "t",
    }
    for detail, expected in ((matches, True), (fails, False)):
        event = json.dumps({**envelope, "detail": detail})
        assert events.test_event_pattern(EventPattern=text, Event=event)["Result"] is expected
