"""Conditions and rules."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.services.cloudformation.errors import TemplateError
from tests.engine.services.cloudformation.compiling import QUEUE, compiled

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html")

PARAMETERS = {"P": {"Type": "String", "Default": "a"}, "Q": {"Type": "String", "Default": "b"}}


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html")
@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        pytest.param({"Fn::Equals": [{"Ref": "P"}, "a"]}, True, id="equal"),
        pytest.param({"Fn::Equals": [1, "1"]}, True, id="equal as texts"),
        pytest.param({"Fn::And": [{"Fn::Equals": [1, 1]}, {"Fn::Equals": [1, 2]}]}, False, id="and"),
        pytest.param({"Fn::Or": [{"Fn::Equals": [1, 1]}, {"Fn::Equals": [1, 2]}]}, True, id="or"),
        pytest.param({"Condition": "Other"}, False, id="another condition"),
    ],
)
def test_a_condition_decides_what_is_made(condition: Any, holds: bool) -> None:
    conditions = {"C": condition, "Other": {"Fn::Not": [{"Fn::Equals": ["x", "x"]}]}}
    template = {"Parameters": PARAMETERS, "Conditions": conditions,
                "Resources": {"A": {**QUEUE, "Condition": "C"}, "B": QUEUE}}  # fmt: skip
    assert ("A" in compiled(template).resources) is holds


def test_conditions_in_a_circle_are_refused() -> None:
    conditions = {"A": {"Fn::Not": [{"Condition": "B"}]}, "B": {"Fn::Not": [{"Condition": "A"}]}}
    with pytest.raises(TemplateError, match="circular condition dependency"):
        compiled({"Conditions": conditions, "Resources": {"Q": QUEUE}})


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html")
@pytest.mark.parametrize(
    ("assertion", "broken"),
    [
        pytest.param({"Fn::Equals": [{"Ref": "P"}, "a"]}, False, id="equal"),
        pytest.param({"Fn::Contains": [["a", "b"], {"Ref": "P"}]}, False, id="contained"),
        pytest.param({"Fn::Contains": [["b"], {"Ref": "P"}]}, True, id="not contained"),
        pytest.param({"Fn::EachMemberIn": [["a"], ["a", "b"]]}, False, id="each in"),
        pytest.param({"Fn::EachMemberEquals": [["a", "b"], "a"]}, True, id="not each equal"),
        pytest.param({"Fn::Not": [{"Fn::Equals": [{"Ref": "P"}, "a"]}]}, True, id="not"),
    ],
)
def test_a_rule_holds_or_says_what_is_wrong(assertion: Any, broken: bool) -> None:
    rule = {"Assertions": [{"Assert": assertion, "AssertDescription": "say why"}]}
    template = {"Parameters": PARAMETERS, "Rules": {"R": rule}, "Resources": {"Q": QUEUE}}
    if not broken:
        assert compiled(template).resources
        return
    with pytest.raises(TemplateError) as caught:
        compiled(template)
    assert str(caught.value) == "Template constraint error: say why"


def test_a_rule_that_does_not_apply_is_not_looked_at() -> None:
    rule = {"RuleCondition": {"Fn::Equals": [{"Ref": "P"}, "x"]}, "Assertions": [{"Assert": {"Fn::Equals": [1, 2]}}]}
    assert compiled({"Parameters": PARAMETERS, "Rules": {"R": rule}, "Resources": {"Q": QUEUE}}).resources
