"""Parameters and their constraints."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.parameters import Given, Parameter, parameters_of

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html"
)
STORED = {"/here": "found", "/list": "a,b"}


def parameters(declared: dict[str, Any], previous: dict[str, str] | None = None, **given: Any) -> dict[str, Parameter]:
    entries = [one if isinstance(one, Given) else Given(name, one) for name, one in given.items()]
    return parameters_of(declared, entries, previous or {}, lambda names: {n: STORED[n] for n in names if n in STORED})


@pytest.mark.parametrize(
    ("definition", "given", "expected"),
    [
        pytest.param({"Type": "String"}, "x", "x", id="a text"),
        pytest.param({"Type": "String", "Default": 3}, None, "3", id="a default that is a number"),
        pytest.param({"Type": "String", "Default": True}, None, "true", id="a default that is a boolean"),
        pytest.param({"Type": "Number"}, "1.50", "1.50", id="a number keeps its digits"),
        pytest.param({"Type": "CommaDelimitedList"}, "a, b", ["a", "b"], id="a list"),
        pytest.param({"Type": "List<Number>"}, "1,2", ["1", "2"], id="a list of numbers"),
        pytest.param({"Type": "AWS::SSM::Parameter::Value<String>"}, "/here", "found", id="a stored text"),
        pytest.param({"Type": "AWS::SSM::Parameter::Value<List<String>>"}, "/list", ["a", "b"], id="a stored list"),
        pytest.param({"Type": "AWS::SSM::Parameter::Name"}, "/here", "/here", id="a parameter's name"),
    ],
)
def test_ref_gives_what_the_type_says(definition: dict[str, Any], given: str | None, expected: Any) -> None:
    assert parameters({"P": definition}, **({} if given is None else {"P": given}))["P"].reference == expected


def test_a_value_that_is_not_echoed_is_hidden_and_a_stored_one_is_shown_resolved() -> None:
    secret = parameters({"P": {"Type": "String", "NoEcho": True}}, P="hush")["P"]
    assert secret.described() == {"ParameterKey": "P", "ParameterValue": "****"}
    stored = parameters({"P": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/here"}})["P"]
    assert stored.described() == {"ParameterKey": "P", "ParameterValue": "/here", "ResolvedValue": "found"}


def test_a_previous_value_is_used_when_it_is_asked_for() -> None:
    declared = {"P": {"Type": "String", "Default": "default"}}
    assert parameters(declared, {"P": "before"}, P=Given("P", use_previous=True))["P"].value == "before"
    assert parameters(declared, {"P": "before"})["P"].value == "default"


@pytest.mark.parametrize(
    ("definition", "given", "message"),
    [
        pytest.param({"AllowedPattern": "[a-z]+"}, "A", "Parameter 'P' must match pattern [a-z]+", id="pattern"),
        pytest.param({"AllowedValues": ["a"]}, "b", "Parameter 'P' must be one of AllowedValues", id="values"),
        pytest.param({"MinLength": 2}, "b", "Parameter 'P' must contain at least 2 characters", id="too short"),
        pytest.param({"MaxLength": 2}, "abc", "Parameter 'P' must contain at most 2 characters", id="too long"),
        pytest.param({"Type": "Number"}, "x", "Parameter 'P' must be a number", id="no number"),
        pytest.param(
            {"Type": "Number", "MinValue": 2}, "1", "Parameter 'P' must be a number not less than 2", id="too small"
        ),
        pytest.param(
            {"Type": "Number", "MaxValue": 2}, "3", "Parameter 'P' must be a number not greater than 2", id="too large"
        ),
        pytest.param(
            {"Type": "CommaDelimitedList", "AllowedValues": ["a"]},
            "a,b",
            "Parameter 'P' must be one of AllowedValues",
            id="a member of a list",
        ),
        pytest.param(
            {"AllowedPattern": "[a-z]+", "ConstraintDescription": "must only contain small letters"},
            "A",
            "Parameter 'P' must only contain small letters",
            id="in the template's words",
        ),
        pytest.param(
            {"Type": "AWS::SSM::Parameter::Value<String>"},
            "/gone",
            "Unable to fetch parameters [/gone] from parameter store for this account.",
            id="not stored",
        ),
        pytest.param(
            {"Type": "AWS::EC2::VPC::Id"},
            "vpc-1",
            "Parameter P: type AWS::EC2::VPC::Id is looked up in a service that this engine does not have",
            id="a type of a service that is not there",
        ),
        pytest.param(
            {"Type": "Text"}, "x", "Template format error: Unrecognized parameter type: Text", id="an unknown type"
        ),
    ],
)
def test_a_bad_value_is_refused_in_cloudformations_words(definition: dict[str, Any], given: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parameters({"P": {"Type": "String", **definition}}, P=given)
    assert str(caught.value) == message


def test_unknown_and_missing_parameters_are_refused_by_name() -> None:
    with pytest.raises(TemplateError, match=r"Parameters: \[A, B\] do not exist in the template"):
        parameters({}, A="1", B="2")
    with pytest.raises(TemplateError, match=r"Parameters: \[P, Q\] must have values"):
        parameters({"P": {"Type": "String"}, "Q": {"Type": "String"}}, Q=Given("Q", use_previous=True))
