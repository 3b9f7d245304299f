"""Intrinsic functions: the examples of AWS's page, and what they do not take."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.services.stepfunctions.language import intrinsics

pytestmark = pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html")

DATA = {
    "array": [1, 2, 3, 4, 5, 6, 7, 8, 9],
    "name": "Arnav",
    "twice": [1, 2, 2, "a", "a", {"k": 1}, {"k": 1}],
    "first": {"a": {"a1": 1}, "b": 2},
    "second": {"a": {"a3": 1}, "c": 3},
    "text": '{"foo": "bar"}',
    "truth": True,
    "keys": {"a,b": 3},
}
CONTEXT: dict[str, Any] = {"variables": {"n": 2}}


@pytest.mark.parametrize(
    ("call", "value"),
    [
        pytest.param("States.Array($.name, 1, true, null)", ["Arnav", 1, True, None], id="Array"),
        pytest.param("States.ArrayPartition($.array, 4)", [[1, 2, 3, 4], [5, 6, 7, 8], [9]], id="ArrayPartition"),
        pytest.param("States.ArrayContains($.array, 5)", True, id="ArrayContains"),
        pytest.param("States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9], id="ArrayRange"),
        pytest.param("States.ArrayRange(3, 1, -1)", [3, 2, 1], id="ArrayRange downwards"),
        pytest.param("States.ArrayGetItem($.array, 5)", 6, id="ArrayGetItem"),
        pytest.param("States.ArrayLength($.array)", 9, id="ArrayLength"),
        pytest.param("States.ArrayUnique($.twice)", [1, 2, "a", {"k": 1}], id="ArrayUnique"),
        pytest.param("States.Base64Encode('Data to encode')", "RGF0YSB0byBlbmNvZGU=", id="Base64Encode"),
        pytest.param("States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", "Data to encode", id="Base64Decode"),
        pytest.param("States.Hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7", id="Hash"),
        pytest.param(
            "States.JsonMerge($.first, $.second, false)", {"a": {"a3": 1}, "b": 2, "c": 3}, id="JsonMerge is shallow"
        ),
        pytest.param("States.StringToJson($.text)", {"foo": "bar"}, id="StringToJson"),
        pytest.param("States.JsonToString($.first)", '{"a":{"a1":1},"b":2}', id="JsonToString"),
        pytest.param("States.MathAdd(111, -1)", 110, id="MathAdd"),
        pytest.param("States.StringSplit('This.is+a,test', '.+,')", ["This", "is", "a", "test"], id="StringSplit"),
        pytest.param("States.Format('Hello, my name is {}.', $.name)", "Hello, my name is Arnav.", id="Format"),
        pytest.param(r"States.Format('\{{}\} isn\'t {}', $.truth, $n)", "{true} isn't 2", id="Format with escapes"),
        pytest.param("States.Format('{}', States.Format('{}', $n))", "2", id="nested"),
        pytest.param("States.ArrayLength(States.Array($.keys['a,b']))", 1, id="a comma inside a path"),
    ],
)
def test_an_intrinsic_function_gives(call: str, value: Any) -> None:
    assert intrinsics.parse(call)(DATA, CONTEXT) == value


def test_a_random_number_is_the_same_for_the_same_seed_and_below_its_end() -> None:
    node = intrinsics.parse("States.MathRandom(1, 3, 7)")
    assert node(DATA, CONTEXT) == node(DATA, CONTEXT)
    drawn = {intrinsics.parse("States.MathRandom(1, 3)")(DATA, CONTEXT) for _ in range(50)}
    assert drawn <= {1, 2}


def test_a_uuid_is_a_new_one_each_time() -> None:
    node = intrinsics.parse("States.UUID()")
    assert node(DATA, CONTEXT) != node(DATA, CONTEXT)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param("States.Upper('a')", "'States.Upper' is not an intrinsic function", id="unknown"),
        pytest.param("States.MathAdd(1)", "States.MathAdd does not take 1 arguments", id="too few arguments"),
        pytest.param("States.MathAdd(1, 2", "',' or '\\)' is expected", id="not closed"),
        pytest.param("States.MathAdd(1, 2) x", "is not expected", id="something after it"),
        pytest.param("States.MathAdd(1, two)", "is no argument", id="a bare word"),
    ],
)
def test_a_call_that_cannot_be_parsed_is_refused(call: str, message: str) -> None:
    with pytest.raises(intrinsics.IntrinsicError, match=message):
        intrinsics.parse(call)


@pytest.mark.parametrize(
    "call",
    [
        "States.ArrayGetItem($.array, 9)",
        "States.ArrayPartition($.array, 0)",
        "States.ArrayLength($.name)",
        "States.ArrayRange(1, 5000, 1)",
        "States.Hash($.name, 'CRC')",
        "States.JsonMerge($.first, $.second, true)",
        "States.MathAdd('1', 2)",
        "States.StringToJson('{')",
        "States.Format('{}')",
        "States.Format('{}', 1, 2)",
    ],
)
def test_arguments_that_a_function_does_not_take_are_named(call: str) -> None:
    name = call.partition("(")[0]
    with pytest.raises(intrinsics.IntrinsicError, match=f"Invalid arguments in {name}"):
        intrinsics.parse(call)(DATA, CONTEXT)
