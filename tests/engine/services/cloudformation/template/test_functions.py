"""Intrinsic functions, as far as their arguments are known."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.services.cloudformation.errors import TemplateError
from tests.engine.services.cloudformation.compiling import value

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html"
)
SECTIONS = {
    "Parameters": {
        "Text": {"Type": "String", "Default": "t"},
        "List": {"Type": "CommaDelimitedList", "Default": "a,b"},
    },
    "Mappings": {"M": {"t": {"K": "mapped", "L": ["x", "y"]}}},
    "Conditions": {"Yes": {"Fn::Equals": [{"Ref": "Text"}, "t"]}, "No": {"Fn::Not": [{"Condition": "Yes"}]}},
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param({"Ref": "Text"}, "t", id="Ref of a parameter"),
        pytest.param({"Ref": "AWS::Region"}, "eu-west-1", id="Ref of a pseudo parameter"),
        pytest.param({"Ref": "Queue"}, {"Ref": "Queue"}, id="Ref of what is not made yet"),
        pytest.param({"A": {"Ref": "AWS::NoValue"}, "B": 1}, {"B": 1}, id="no value, in an object"),
        pytest.param([{"Ref": "AWS::NoValue"}, 1], [1], id="no value, in a list"),
        pytest.param({"Fn::Join": ["-", ["a", {"Ref": "Text"}, 1, True]]}, "a-t-1-true", id="Join"),
        pytest.param({"Fn::Join": [",", {"Ref": "List"}]}, "a,b", id="Join of a list parameter"),
        pytest.param(
            {"Fn::Join": ["-", [{"Ref": "Text"}, {"Ref": "Queue"}]]},
            {"Fn::Join": ["-", ["t", {"Ref": "Queue"}]]},
            id="Join of what is not known",
        ),
        pytest.param({"Fn::Sub": "${Text}-${AWS::StackName}-${!Kept}"}, "t-mine-${Kept}", id="Sub"),
        pytest.param({"Fn::Sub": ["${A}/${Text}", {"A": {"Ref": "Text"}}]}, "t/t", id="Sub with variables"),
        pytest.param(
            {"Fn::Sub": ["${Text}${!K}${A}${B}${Queue.Arn}", {"A": "${C}", "B": {"Ref": "Other"}}]},
            {"Fn::Sub": ["t${!K}${!C}${B}${Queue.Arn}", {"B": {"Ref": "Other"}}]},
            id="Sub of what is not known",
        ),
        pytest.param({"Fn::Sub": ["${A}", {"A": "${C}"}]}, "${C}", id="Sub of a value that looks like a variable"),
        pytest.param({"Fn::Split": ["|", "a|b"]}, ["a", "b"], id="Split"),
        pytest.param({"Fn::Select": ["1", {"Ref": "List"}]}, "b", id="Select"),
        pytest.param({"Fn::Select": [0, ["a", {"Ref": "Queue"}]]}, "a", id="Select beside what is not known"),
        pytest.param({"Fn::Base64": "a"}, "YQ==", id="Base64"),
        pytest.param({"Fn::FindInMap": ["M", {"Ref": "Text"}, "K"]}, "mapped", id="FindInMap"),
        pytest.param({"Fn::FindInMap": ["M", "t", "L"]}, ["x", "y"], id="FindInMap of a list"),
        pytest.param({"Fn::If": ["Yes", 1, 2]}, 1, id="If"),
        pytest.param({"A": {"Fn::If": ["No", 1, {"Ref": "AWS::NoValue"}]}}, {}, id="If without a value"),
        pytest.param({"Fn::GetAZs": ""}, ["eu-west-1a", "eu-west-1b", "eu-west-1c"], id="GetAZs"),
        pytest.param({"Fn::Cidr": ["10.0.0.0/24", 2, 5]}, ["10.0.0.0/27", "10.0.0.32/27"], id="Cidr"),
    ],
)
def test_a_function_gives(expression: Any, expected: Any) -> None:
    assert value(expression, SECTIONS) == expected


def test_an_import_gives_what_is_exported() -> None:
    exported = {"imported": lambda name: f"value of {name}"}
    assert value({"Fn::ImportValue": {"Fn::Sub": "${Text}-x"}}, SECTIONS, scope=exported) == "value of t-x"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param({"Fn::Length": {"Ref": "List"}}, 2, id="Length"),
        pytest.param({"Fn::ToJsonString": {"A": [{"Ref": "Text"}]}}, '{"A":["t"]}', id="ToJsonString"),
        pytest.param(
            {"Fn::FindInMap": ["M", "t", "N", {"DefaultValue": {"Ref": "Text"}}]}, "t", id="FindInMap with a default"
        ),
    ],
)
@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html"
)
def test_the_language_extensions_add_functions(expression: Any, expected: Any) -> None:
    assert value(expression, {**SECTIONS, "Transform": "AWS::LanguageExtensions"}) == expected
    with pytest.raises(TemplateError):
        value(expression, SECTIONS)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        pytest.param({"Fn::Select": [2, ["a"]]}, "Fn::Select cannot select nonexistent value at index 2", id="Select"),
        pytest.param({"Fn::Join": ["-", "a"]}, "Fn::Join takes a list of strings", id="Join of a text"),
        pytest.param({"Fn::FindInMap": ["M", "x", "K"]}, "Unable to get mapping for M::x::K", id="FindInMap"),
        pytest.param({"Fn::If": ["Maybe", 1, 2]}, "unresolved condition dependency: Maybe", id="If"),
        pytest.param({"Fn::Sub": "${List}"}, "variable List in Fn::Sub expression does not resolve", id="Sub"),
        pytest.param({"Fn::Cidr": ["10.0.0.0/30", 8, 1]}, "cannot make 8 blocks of 1 host bits", id="Cidr"),
        pytest.param({"Fn::Nope": 1}, "Encountered unsupported function: Fn::Nope", id="a function that is none"),
    ],
)
def test_a_function_refuses(expression: Any, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        value(expression, SECTIONS)
    assert message in str(caught.value)
