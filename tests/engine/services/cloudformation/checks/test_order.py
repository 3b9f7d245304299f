"""The order of resources, and the limits of a template."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.services.cloudformation.errors import TemplateError
from tests.engine.services.cloudformation.compiling import QUEUE, compiled

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html"
)


def named(reference: Any, **attributes: Any) -> dict[str, Any]:
    return {**QUEUE, "Properties": {"QueueName": reference}, **attributes}


def test_a_resource_needs_what_it_refers_to_and_what_it_depends_on() -> None:
    resources = {
        "A": named({"Fn::Sub": "${B.QueueName}-x"}),
        "B": named({"Fn::Join": ["-", [{"Ref": "C"}, "x"]]}),
        "C": QUEUE,
        "D": {**QUEUE, "DependsOn": ["A", "C"]},
    }
    assert compiled({"Resources": resources}).dependencies == {"A": ["B"], "B": ["C"], "C": [], "D": ["A", "C"]}


def test_what_a_condition_leaves_out_is_no_dependency_but_cannot_be_referred_to() -> None:
    template: dict[str, Any] = {
        "Conditions": {"No": {"Fn::Equals": [1, 2]}},
        "Resources": {
            "Gone": {**QUEUE, "Condition": "No"},
            "A": {**named({"Fn::If": ["No", {"Ref": "Gone"}, "x"]}), "DependsOn": "Gone"},
        },
    }
    assert compiled(template).dependencies == {"A": []}
    template["Resources"]["A"] = named({"Ref": "Gone"})
    with pytest.raises(TemplateError, match=r"Unresolved resource dependencies \[Gone\] in the Resources block"):
        compiled(template)


@pytest.mark.parametrize(
    ("resources", "circle"),
    [
        pytest.param({"A": named({"Ref": "B"}), "B": {**QUEUE, "DependsOn": "A"}}, "A, B", id="two"),
        pytest.param({"A": named({"Fn::GetAtt": ["A", "Arn"]})}, "A", id="itself"),
    ],
)
def test_a_circle_is_refused(resources: dict[str, Any], circle: str) -> None:
    with pytest.raises(TemplateError) as caught:
        compiled({"Resources": resources})
    assert str(caught.value) == f"Circular dependency between resources: [{circle}]"


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html")
@pytest.mark.parametrize(
    ("section", "member", "most"),
    [
        pytest.param("Resources", QUEUE, 500, id="resources"),
        pytest.param("Outputs", {"Value": "x"}, 200, id="outputs"),
        pytest.param("Parameters", {"Type": "String", "Default": "x"}, 200, id="parameters"),
        pytest.param("Mappings", {"A": {"B": "c"}}, 200, id="mappings"),
    ],
)
def test_a_template_over_a_quota_is_refused(section: str, member: Any, most: int) -> None:
    template = {"Resources": {"Q": QUEUE}, section: {f"M{number}": member for number in range(most + 1)}}
    with pytest.raises(TemplateError) as caught:
        compiled(template)
    assert str(caught.value) == (
        f"Template format error: Number of {section.lower()}, {most + 1}, is greater than maximum allowed, {most}"
    )
