"""Filter patterns, by the examples of their pages."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.errors import AwsError
from slipway.engine.services.logs.patterns import parse

_PAGES = "docs.aws.amazon.com/AmazonCloudWatch/latest/logs/"
pytestmark = pytest.mark.specification(f"{_PAGES}FilterAndPatternSyntax.html")

LINES = [
    "[ERROR 400] BAD REQUEST",
    "[ERROR 401] UNAUTHORIZED REQUEST",
    "[ERROR 419] MISSING ARGUMENTS",
    "[ERROR 420] INVALID ARGUMENTS",
    "[WARN 200] slow answer",
]


def found(pattern: str, lines: list[str] = LINES) -> list[int]:
    """Which of the lines match."""
    matches = parse(pattern)
    return [number for number, line in enumerate(lines) if matches(line)]


@pytest.mark.specification(f"{_PAGES}matching-terms-unstructured-log-events.html")
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("ERROR", [0, 1, 2, 3]),
        ("error", []),
        ("ERROR ARGUMENTS", [2, 3]),
        ("?WARN ?ARGUMENTS", [2, 3, 4]),
        ("ERROR ?WARN", [0, 1, 2, 3]),
        ("ERROR -ARGUMENTS", [0, 1]),
        ("-ERROR", [4]),
        ("?BAD -MISSING", [0, 1, 3, 4]),
        ('"INVALID ARGUMENTS"', [3]),
        ('"[ERROR 4"', [0, 1, 2, 3]),
        ('-"BAD REQUEST" ERROR', [1, 2, 3]),
        ("%4[01]\\d%", [0, 1, 2]),
        ("%AUTHORIZED%", [1]),
    ],
)
def test_terms_are_all_wanted_unless_they_are_marked(pattern: str, expected: list[int]) -> None:
    assert found(pattern) == expected


EVENT = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": None,
    "ThisFlag": True,
    "latency": 2.5,
    "errorCode": 400,
    "a.b": {"c-d": "x"},
}


@pytest.mark.specification(f"{_PAGES}matching-terms-json-log-events.html")
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ $.eventType = "UpdateTrail" }', True),
        ('{ $.eventType = "Update*" }', True),
        ("{ $.eventType = UpdateTrail }", True),
        ('{ $.eventType != "UpdateTrail" }', False),
        ("{ $.sourceIPAddress != 123.123.* }", True),
        ("{ $.sourceIPAddress = 111.111.* }", True),
        ('{ $.arrayKey[0] = "value" }', True),
        ('{ $.arrayKey[2] = "value" }', False),
        ("{ $.objectList[1].id = 2 }", True),
        ("{ $.latency > 2 }", True),
        ("{ $.latency <= 2e0 }", False),
        ("{ $.errorCode = 4* }", True),
        ("{ $.SomeObject IS NULL }", True),
        ("{ $.SomeOtherObject NOT EXISTS }", True),
        ("{ $.SomeObject NOT EXISTS }", False),
        ("{ $.ThisFlag IS TRUE }", True),
        ("{ $.ThisFlag is false }", False),
        ('{ ($.errorCode = 400 && $.latency > 3) || $.eventType = "UpdateTrail" }', True),
        ('{ $.errorCode = 400 && ($.latency > 3 || $.eventType = "x") }', False),
        ("{ $.eventType = %Trail$% }", True),
        ('{ $["a.b"].c-d = "x" }', True),
        ("{ $.missing != 1 }", False),
        ("{ $.['a.b'].c-d = x }", True),
        ("{ $.arrayKey[*] = %val.{2}% }", True),
        ("{ $.objectList[*].id = 3 }", False),
        ("{ $.* = %111\\.111\\.111\\.1[0-9]{1,2}% }", True),
        ("{ $.arrayKey[*] NOT EXISTS }", False),
    ],
)
def test_members_of_json_are_compared(pattern: str, expected: bool) -> None:
    assert parse(pattern)(json.dumps(EVENT)) is expected


def test_a_message_that_is_no_json_matches_no_pattern_of_members() -> None:
    matches = parse("{ $.a NOT EXISTS }")
    assert [matches("text"), matches("3"), matches("{}")] == [False, False, True]


ACCESS = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.specification(f"{_PAGES}matching-terms-spaced-delimited-log-events.html")
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[ip, user, username, timestamp, request, status_code, bytes > 1000]", True),
        ("[ip, user, username, timestamp, request, status_code = 4*, bytes]", True),
        ("[ip, user, username, timestamp, request = *html*, status_code = 4*, bytes]", True),
        ("[..., request = *html*, status_code = 4*, bytes]", True),
        ("[ip, ..., bytes < 1000]", False),
        ("[ip, user, status]", True),
        ("[ip = 127*, rest = *frank*]", True),
        ("[ip = 10*, rest]", False),
        ("[a, b, c, d, e, f, g, h]", False),
        ("[ip = %127\\.0\\.0\\.[0-9]%, ...]", True),
        ("[ip, user, username, timestamp, request, status_code = 404 || status_code = 410, bytes]", True),
        ("[ip, user, username, timestamp, request, status_code != 404 && status_code != 410, bytes]", False),
        ('[ip, user, username, timestamp = "10/Oct*", ...]', True),
    ],
)
def test_columns_are_compared_one_by_one(pattern: str, expected: bool) -> None:
    assert parse(pattern)(ACCESS) is expected


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("Status: failed", "Invalid character(s) in term 'Status:'"),
        ('"open', "Invalid character(s) in term '\"open'"),
        ("{ $.a = }", "expected a selector, an operator (=, !=, <, <=, >, >=) and a value"),
        ("{ a = 1 }", "expected a selector such as $.status or $.items[0], found a"),
        ("{ $.a > x }", "> compares numbers, x is none"),
        ("{ $.a IS MAYBE }", "expected TRUE, FALSE or NULL after IS"),
        ("{ $.a = 1", "expected }"),
        ("{ $.a = 1 } more", "something stands behind the closing brace"),
        ("[a, b", "expected ]"),
        ("[..., a, ...]", "'...' may stand once"),
        ("%some(thing)%", "regular expressions of patterns do not support"),
        ("%a[%", "unterminated character set"),
        ("%a% %b% %c%", "at most 2 regular expressions"),
    ],
)
def test_what_is_no_pattern_is_refused_by_its_place(pattern: str, reason: str) -> None:
    with pytest.raises(AwsError) as refused:
        parse(pattern)
    assert refused.value.code == "InvalidParameterException"
    assert reason in refused.value.message


@given(st.text(alphabet='{}[]()$.,=<>!&|"%?-* aA1', max_size=30), st.text(max_size=30))
def test_whatever_is_given_is_a_pattern_or_is_refused(pattern: str, message: str) -> None:
    try:
        matches = parse(pattern)
    except AwsError as refused:
        assert refused.code == "InvalidParameterException"
    else:
        assert matches(message) in (True, False)
