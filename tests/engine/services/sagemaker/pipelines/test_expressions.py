"""Paths, expressions, conditions, retry policies and durations, each for itself."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.services.sagemaker.pipelines import caching, conditions, expressions, parameters, paths, retries
from slipway.engine.services.sagemaker.pipelines.errors import StepFailed
from tests.engine.services.sagemaker.pipelines.support import compare, get, join

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html")

NAMES = st.text(st.characters(categories=["L", "N"], include_characters="-_:"), min_size=1)
PARTS = st.lists(st.one_of(NAMES, st.integers(0, 50)), min_size=1, max_size=6)


@given(PARTS)
def test_a_path_is_read_back_as_it_was_written(parts: list[str | int]) -> None:
    text = "".join(f"[{part}]" if isinstance(part, int) else f"['{part}']" for part in parts)
    assert paths.parse(text) == tuple(parts)


@given(PARTS)
def test_what_is_put_at_a_path_is_found_there(parts: list[str | int]) -> None:
    document: Any = "found"
    for part in reversed(parts):
        document = [None] * part + [document] if isinstance(part, int) else {part: document}
    assert paths.value_at(document, tuple(parts)) == "found"


@given(st.text())
def test_a_text_is_a_path_or_is_refused(text: str) -> None:
    try:
        assert all(part != "" for part in paths.parse(text))
    except ValueError as error:
        assert text.encode("unicode_escape")[:1] in str(error).encode("unicode_escape") or "path" in str(error)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("Outputs['train'].S3Output.S3Uri", "s3://b/train", id="an item by its name"),
        pytest.param("Outputs[0].OutputName", "train", id="an item by its position"),
        pytest.param('Environment["A.B"]', "dotted", id="a key with a dot"),
    ],
)
def test_items_of_a_list_are_found_by_position_and_by_name(text: str, value: str) -> None:
    document = {
        "Outputs": [{"OutputName": "train", "S3Output": {"S3Uri": "s3://b/train"}}],
        "Environment": {"A.B": "dotted"},
    }
    assert paths.value_at(document, paths.parse(text)) == value


@pytest.mark.parametrize("text", ["Outputs['none']", "Outputs[1]", "Outputs.OutputName", "Nothing"])
def test_a_path_to_nothing_is_no_value(text: str) -> None:
    with pytest.raises(LookupError):
        paths.value_at({"Outputs": [{"OutputName": "train"}]}, paths.parse(text))


def test_a_json_path_may_begin_with_a_dollar() -> None:
    assert paths.parse_json_path("$.a[0]") == paths.parse_json_path("a[0]") == ("a", 0)


class Scope:
    """Parameters, and one document."""

    def get(self, reference: expressions.Get) -> Any:
        return {"P": 5, "Q": True, "R": "text"}[reference.name]

    def read(self, uri: str) -> Any:
        return {"s3://b/5.json": {"a": [1.5]}}[uri]


def test_expressions_are_resolved_wherever_they_stand() -> None:
    value = {
        "list": [get("Parameters.P"), {"deep": join("p", get("Parameters.P"), get("Parameters.Q"), 1.5, on="-")}],
        "read": {"Std:JsonGet": {"S3Uri": join("s3://b/", get("Parameters.P"), ".json"), "Path": "a[0]"}},
        "plain": {"Get": "x", "more": 1},
    }
    assert expressions.resolve(value, Scope()) == {
        "list": [5, {"deep": "p-5-true-1.5"}],
        "read": 1.5,
        "plain": {"Get": "x", "more": 1},
    }


def held(*found: dict[str, Any]) -> bool:
    conditions.check(list(found), "here")
    return conditions.holds(list(found), lambda value: expressions.resolve(value, Scope()))


@given(st.integers(), st.floats(allow_nan=False))
def test_numbers_compare_as_numbers(left: int, right: float) -> None:
    assert held(compare("LessThan", left, right)) == (left < right)
    assert held(compare("LessThanOrEqualTo", left, right)) == (left <= right)
    assert held(compare("GreaterThan", left, right)) == (left > right)
    assert held(compare("GreaterThanOrEqualTo", left, right)) == (left >= right)
    assert held(compare("Equals", left, right)) == (left == right)
    assert held({"Type": "Not", "Condition": compare("Equals", left, right)}) == (left != right)


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        pytest.param({"Type": "In", "QueryValue": get("Parameters.P"), "Values": [4, 5]}, True, id="in"),
        pytest.param(
            {"Type": "In", "QueryValue": get("Parameters.Q"), "Values": [1]}, False, id="a boolean is no number"
        ),
        pytest.param(
            {"Type": "Or", "Conditions": [compare("Equals", 1, 2), compare("Equals", "a", "a")]}, True, id="or"
        ),
        pytest.param({"Type": "Or", "Conditions": []}, False, id="or of nothing"),
    ],
)
def test_the_other_conditions(found: dict[str, Any], outcome: bool) -> None:
    assert held(found) is outcome


def test_all_conditions_of_a_step_must_hold() -> None:
    assert held(compare("Equals", 1, 1), compare("Equals", "a", "a"))
    assert not held(compare("Equals", 1, 1), compare("Equals", "a", "b"))


def test_a_text_is_not_compared_with_a_number() -> None:
    with pytest.raises(StepFailed, match='GreaterThan cannot compare "5" with 4: the two values must be of one type'):
        held(compare("GreaterThan", "5", 4))


@pytest.mark.parametrize(
    ("kind", "value"),
    [("String", "a"), ("Integer", -3), ("Float", 0.25), ("Boolean", True), ("Boolean", False)],
)
def test_a_parameter_is_given_as_a_text_and_has_its_type(kind: str, value: Any) -> None:
    declared = parameters.check([{"Name": "P", "Type": kind}])
    found = parameters.given(declared, [{"Name": "P", "Value": expressions.text_of(value)}])["P"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30d", 2592000), ("5y", 157680000), ("T16m", 960), ("30dT5h", 2610000), ("PT1H", 3600), ("P1W", 604800)],
)
@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html")
def test_durations_are_read_as_the_page_writes_them(text: str, seconds: int) -> None:
    assert caching.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "P", "1", "soon", "1h"])
@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html")
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        caching.seconds(text)


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html")
def test_pauses_grow_until_the_attempts_are_used_up() -> None:
    declared = [{"ExceptionType": [retries.INTERNAL_ERROR], "IntervalSeconds": 3, "BackoffRate": 2, "MaxAttempts": 3}]
    policy = retries.policy_for(retries.INTERNAL_ERROR, declared)
    assert policy is not None
    assert [policy.pause(retried, time.time(), 1) for retried in range(4)] == [3, 6, 12, None]


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html")
def test_a_policy_may_end_by_time_which_is_awss() -> None:
    policy = retries.policy_for(
        retries.CAPACITY_ERROR, [{"ExceptionType": ["SageMaker.JOB_CAPACITY_ERROR"], "ExpireAfterMin": 10}]
    )
    assert policy is not None
    assert policy.pause(30, time.time() - 9, 60) is not None
    assert policy.pause(0, time.time() - 11, 60) is None


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html")
def test_throttling_and_faults_are_tried_again_by_themselves_and_jobs_are_not() -> None:
    assert retries.policy_for(retries.THROTTLING, []) == retries.policy_for(retries.SERVICE_FAULT, [])
    assert retries.policy_for(retries.THROTTLING, []) is not None
    assert retries.policy_for(retries.INTERNAL_ERROR, []) is None
    never = [{"ExceptionType": [retries.THROTTLING], "MaxAttempts": 0}]
    policy = retries.policy_for(retries.THROTTLING, never)
    assert policy is not None
    assert policy.pause(0, time.time(), 1) is None


def test_a_text_is_itself_and_other_values_are_json() -> None:
    assert [expressions.text_of(value) for value in ("a", 1, 0.5, True, [1])] == [
        "a",
        "1",
        "0.5",
        "true",
        json.dumps([1]),
    ]
