"""Whole templates."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.services.cloudformation.errors import TemplateError
from tests.engine.services.cloudformation.compiling import compiled

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html")

BUCKET = {"Type": "AWS::S3::Bucket"}


def refusal(template: dict[str, Any]) -> str:
    with pytest.raises(TemplateError) as caught:
        compiled(template)
    return str(caught.value)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        pytest.param(
            {"Resource": {}, "Resources": {"A": BUCKET}},
            "Template format error: Invalid template property or properties [Resource]",
            id="a section that is none",
        ),
        pytest.param(
            {"Resources": {"A": {}}},
            "Template format error: [/Resources/A] Every Resources object must contain a Type member.",
            id="no type",
        ),
        pytest.param(
            {"Resources": {"A": {**BUCKET, "Property": {}}}},
            "Invalid template resource property 'Property' of resource A",
            id="a member that is none",
        ),
        pytest.param(
            {"Resources": {"A": {**BUCKET, "DependsOn": "B"}}},
            "Template format error: Unresolved resource dependencies [B] in the Resources block of the template",
            id="DependsOn",
        ),
        pytest.param(
            {"Resources": {"A": BUCKET}, "Outputs": {"O": {"Value": {"Ref": "B"}}}},
            "Template format error: Unresolved resource dependencies [B] in the Outputs block of the template",
            id="an output",
        ),
        pytest.param(
            {"Resources": {"A": BUCKET}, "Outputs": {"O": {"Value": {"Fn::GetAtt": ["B", "Arn"]}}}},
            "Template error: instance of Fn::GetAtt references undefined resource B",
            id="GetAtt of nothing",
        ),
        pytest.param(
            {"Resources": {"A": BUCKET}, "Outputs": {"O": {"Value": {"Fn::GetAtt": ["A", "Colour"]}}}},
            "Template error: resource A does not support attribute type Colour in Fn::GetAtt",
            id="an attribute that is none",
        ),
        pytest.param(
            {"Resources": {"A": {**BUCKET, "Condition": "C"}}},
            "Template format error: Unresolved condition dependency C in the Resources block of the template",
            id="a condition that is none",
        ),
        pytest.param(
            {"Resources": {"A": {**BUCKET, "DeletionPolicy": "Keep"}}},
            "Template format error: Unrecognized DeletionPolicy Keep for resource A",
            id="a deletion policy that is none",
        ),
        pytest.param(
            {"Resources": {"A": {**BUCKET, "Properties": {"Arn": "x"}}}},
            "Properties validation failed for resource A with message:\n[#/Arn: read-only properties cannot be set]",
            id="a read-only property",
        ),
        pytest.param(
            {"Resources": {"A": {**BUCKET, "Properties": {"BucketName": "b-{{resolve:ssm-secure:/s:1}}"}}}},
            "SSM Secure reference is not supported in: [AWS::S3::Bucket/Properties/BucketName]",
            id="a reference to an encrypted parameter",
        ),
    ],
)
def test_a_template_is_refused_in_cloudformations_words(template: dict[str, Any], message: str) -> None:
    assert refusal(template) == message


def test_what_a_false_condition_leaves_out_is_not_checked_against_its_schema() -> None:
    broken = {**BUCKET, "Condition": "Never", "Properties": {"Colour": 1}}
    template = {"Conditions": {"Never": {"Fn::Equals": [1, 2]}}, "Resources": {"A": broken, "B": BUCKET}}
    assert list(compiled(template).resources) == ["B"]
    template["Conditions"] = {"Never": {"Fn::Equals": [1, 1]}}
    assert "#: extraneous key [Colour] is not permitted" in refusal(template)


def test_a_nested_stacks_outputs_and_a_custom_resources_attributes_are_its_own() -> None:
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://x"}}
    template = {
        "Resources": {"Nested": nested, "Custom": {"Type": "Custom::Thing", "Properties": {"ServiceToken": "x"}}},
        "Outputs": {
            "One": {"Value": {"Fn::GetAtt": "Nested.Outputs.Any"}},
            "Two": {"Value": {"Fn::GetAtt": ["Custom", "Any"]}},
        },
    }
    compiled(template)
    template["Outputs"]["One"]["Value"] = {"Fn::GetAtt": ["Nested", "Any"]}
    assert "does not support attribute type Any" in refusal(template)
