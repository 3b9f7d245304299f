"""The rules of composite alarms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.errors import AwsError
from slipway.engine.services.cloudwatch.rules import parse

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html"
)
STATES = {"up": "OK", "hot": "ALARM", "new one": "INSUFFICIENT_DATA"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("ALARM(hot)", True),
        ("ALARM(up)", False),
        ('INSUFFICIENT_DATA("new one")', True),
        ("ALARM(arn:aws:cloudwatch:us-east-1:111122223333:alarm:hot)", True),
        ("ALARM(hot) AND OK(up)", True),
        ("ALARM(hot) AND ALARM(up) OR TRUE", True),
        ("ALARM(hot) AND (ALARM(up) OR FALSE)", False),
        ("NOT ALARM(up) AND NOT (OK(hot) OR FALSE)", True),
        ("AT_LEAST(2, OK, (up, hot))", False),
        ("AT_LEAST(50%, OK, (up, hot))", True),
        ('AT_LEAST(2, NOT OK, (up, hot, "new one"))', True),
    ],
)
def test_a_rule_holds_by_the_states_of_its_alarms(rule: str, expected: bool) -> None:
    assert parse(rule).holds(STATES) is expected


def test_a_rule_names_each_of_its_alarms_once() -> None:
    rule = parse('ALARM(a) OR OK("b c") OR ALARM(arn:aws:cloudwatch:us-east-1:111122223333:alarm:a)')
    assert rule.names() == ["a", "b c"]


@pytest.mark.parametrize(
    ("rule", "token", "place"),
    [
        ("ALARM(a) ALARM(b)", "ALARM", 9),
        ("MAYBE(a)", "MAYBE", 0),
        ("ALARM()", ")", 6),
        ("ALARM(a", "<EOF>", 7),
        ("", "<EOF>", 0),
        ("AT_LEAST(two, OK, (a))", "two", 9),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_with_its_token(rule: str, token: str, place: int) -> None:
    with pytest.raises(AwsError) as refused:
        parse(rule)
    assert refused.value.message == f"Error in AlarmRule [Unsupported token '{token}' at char {place}]"


@given(st.text(alphabet='ALRMOKND()," at_1%', max_size=40))
def test_whatever_is_given_is_a_rule_or_is_refused(text: str) -> None:
    try:
        rule = parse(text)
    except AwsError as refused:
        assert refused.code == "ValidationError"
    else:
        assert rule.holds({}) in (True, False)
