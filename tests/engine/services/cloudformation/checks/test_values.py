"""The schema walker."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.services.cloudformation.checks.values import violations
from slipway.engine.services.cloudformation.template.intrinsics import branches, is_function, references

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html"
)

ROW = {"type": "object", "additionalProperties": False, "required": ["Name"], "properties": {
    "Name": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5}, "Count": {"type": "integer", "minimum": 1},
    "Mode": {"enum": ["On", "Off"], "type": "string"}, "Flag": {"type": "boolean"}}}  # fmt: skip


def found(value: Any, schema: dict[str, Any] | None = None) -> list[str]:
    schema = schema or ROW
    return list(violations(value, schema, schema))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param(
            {"Name": "A"}, "#/Name: failed validation constraint for keyword [pattern]: ^[a-z]+$", id="pattern"
        ),
        pytest.param(
            {"Name": "abcdef"}, "#/Name: failed validation constraint for keyword [maxLength]: 5", id="length"
        ),
        pytest.param({}, "#: required key [Name] not found", id="missing"),
        pytest.param({"Name": "a", "No": 1}, "#: extraneous key [No] is not permitted", id="unknown"),
        pytest.param({"Name": "a", "Count": "x"}, "#/Count: expected type: Integer, found: String", id="type"),
        pytest.param(
            {"Name": "a", "Count": 0}, "#/Count: failed validation constraint for keyword [minimum]: 1", id="minimum"
        ),
        pytest.param(
            {"Name": "a", "Mode": "on"}, "#/Mode: failed validation constraint for keyword [enum]: On, Off", id="enum"
        ),
        pytest.param({"Name": {"a": 1}}, "#/Name: expected type: String, found: JSONObject", id="object for a string"),
        pytest.param({"Name": {"Ref": "AWS::NoValue"}}, "#: required key [Name] not found", id="no value"),
        pytest.param(
            {"Name": {"Fn::If": ["C", "A", "a"]}}, "#/Name: failed validation constraint", id="a branch of If"
        ),
    ],
)
def test_a_violation_is_told_with_its_place(value: Any, message: str) -> None:
    (violation,) = found(value)
    assert violation.startswith(message)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"Name": "a", "Count": "3", "Flag": "true"}, id="texts of numbers and booleans"),
        pytest.param({"Name": {"Fn::Sub": "${X}"}}, id="a function"),
        pytest.param({"Name": "{{resolve:ssm:/a}}"}, id="a dynamic reference"),
        pytest.param(
            {"Name": "a", "Mode": {"Fn::If": ["C", "On", {"Ref": "AWS::NoValue"}]}}, id="a conditional member"
        ),
    ],
)
def test_what_cloudformation_takes_passes(value: Any) -> None:
    assert found(value) == []


def test_the_nearest_branch_of_a_choice_is_told() -> None:
    schema = {"oneOf": [{"required": ["A", "B"]}, {"required": ["C"]}]}
    assert found({"A": 1}, schema) == ["#: required key [B] not found"]
    assert found({"C": 1}, schema) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["Name", "Count", "Ref", "x"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(JSON)
def test_no_value_makes_the_walker_stumble(value: Any) -> None:
    assert all(isinstance(violation, str) for violation in found(value))
    assert all(not is_function(value) or branch is not None for branch in branches(value))


def test_every_kind_of_reference_is_found() -> None:
    value = {
        "a": {"Ref": "P"},
        "b": [{"Fn::GetAtt": ["R", "Arn"]}, {"Fn::GetAtt": "S.Outputs.X"}],
        "c": {"Fn::Sub": ["${T} ${U.Arn} ${V} ${!Literal}", {"V": {"Ref": "W"}}]},
    }
    assert [(found.name, found.attribute) for found in references(value)] == [
        ("P", None),
        ("R", "Arn"),
        ("S", "Outputs.X"),
        ("W", None),
        ("T", None),
        ("U", "Arn"),
    ]
