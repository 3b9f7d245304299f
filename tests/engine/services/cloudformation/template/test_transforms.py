"""Transforms."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.errors import AwsError
from slipway.engine.services.cloudformation.errors import TemplateError
from tests.engine.services.cloudformation.compiling import QUEUE, compiled

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html"
)

SERVERLESS = "AWS::Serverless-2016-10-31"
MACHINE = {
    "Type": "AWS::Serverless::StateMachine",
    "Properties": {"Definition": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}},
}


@pytest.mark.specification(
    "docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html"
)
def test_serverless_resources_become_cloudformations() -> None:
    found = compiled({"Transform": SERVERLESS, "Resources": {"Machine": MACHINE}}).resources
    assert {body["Type"] for body in found.values()} == {"AWS::StepFunctions::StateMachine", "AWS::IAM::Role"}


def test_what_the_translator_refuses_is_told_with_the_logical_id() -> None:
    template = {"Transform": SERVERLESS, "Resources": {"Machine": {**MACHINE, "Properties": {}}}}
    with pytest.raises(TemplateError) as caught:
        compiled(template)
    assert f"Transform {SERVERLESS} failed with: Invalid Serverless Application Specification" in str(caught.value)
    assert "Resource with id [Machine] is invalid" in str(caught.value)


def test_applications_of_the_repository_are_refused_by_name() -> None:
    location = {"ApplicationId": "arn:aws:serverlessrepo:us-east-1:1:applications/x", "SemanticVersion": "1.0.0"}
    nested = {"Type": "AWS::Serverless::Application", "Properties": {"Location": location}}
    with pytest.raises(TemplateError, match=r"\[Nested\]: applications of the Serverless Application Repository"):
        compiled({"Transform": SERVERLESS, "Resources": {"Nested": nested}})


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html"
)
def test_a_loop_is_written_out() -> None:
    loop = {"Fn::ForEach::Queues": ["Name", {"Ref": "Names"}, {
        "Queue${Name}": {**QUEUE, "Properties": {"QueueName": {"Fn::Sub": "q-${Name}-${AWS::Region}"}}}}]}  # fmt: skip
    template = {
        "Transform": "AWS::LanguageExtensions",
        "Parameters": {"Names": {"Type": "CommaDelimitedList", "Default": "One,Two"}},
        "Resources": loop,
        "Outputs": {"Fn::ForEach::Outs": ["Name", ["One"], {"Out${Name}": {"Value": {"Ref": "Queue${Name}"}}}]},
    }
    found = compiled(template)
    assert list(found.resources) == ["QueueOne", "QueueTwo"]
    assert found.resources["QueueTwo"]["Properties"]["QueueName"] == {"Fn::Sub": "q-Two-${AWS::Region}"}
    assert found.outputs["OutOne"]["Value"] == {"Ref": "QueueOne"}


def test_loops_nest_and_drop_what_a_name_cannot_have() -> None:
    inner = {"Fn::ForEach::Inner": ["B", ["x-1"], {"Q${A}&{B}": {**QUEUE, "Properties": {"QueueName": "${A}${B}"}}}]}
    template = {"Transform": "AWS::LanguageExtensions", "Resources": {"Fn::ForEach::Outer": ["A", ["1"], inner]}}
    assert compiled(template).resources == {"Q1x1": {**QUEUE, "Properties": {"QueueName": "1x-1"}}}


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html")
def test_a_snippet_is_put_in_where_it_is_called_for() -> None:
    call = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": {"Fn::Sub": "s3://b/${AWS::Region}"}}}}
    template = {"Resources": {"A": {**QUEUE, "Properties": {**call, "DelaySeconds": 1}}}}
    found = compiled(template, snippets={"s3://b/eu-west-1": "QueueName: included"})
    assert found.resources["A"]["Properties"] == {"QueueName": "included", "DelaySeconds": 1}


def test_a_snippet_at_the_top_adds_sections() -> None:
    top = {"Name": "AWS::Include", "Parameters": {"Location": "s3://b/k"}}
    found = compiled({"Transform": top, "Resources": {"A": QUEUE}}, snippets={"s3://b/k": '{"Resources": {"B": {"Type": "AWS::SQS::Queue"}}}'})  # noqa: E501  # fmt: skip
    assert set(found.resources) == {"A", "B"}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        pytest.param({"Transform": "Mine"}, "No transform named Mine found.", id="a macro"),
        pytest.param({"Transform": ["AWS::CodeDeployBlueGreen"]}, "No transform named AWS::CodeDeployBlueGreen found.",
                     id="a service's transform"),
        pytest.param({"Metadata": {"Fn::Transform": {"Name": "Mine"}}}, "No transform named Mine found.", id="a call"),
    ],
)  # fmt: skip
def test_a_transform_that_nobody_applies_is_refused_by_name(template: dict[str, Any], message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        compiled({**template, "Resources": {"A": QUEUE}})
    assert str(caught.value) == message


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html")
@pytest.mark.parametrize(
    ("template", "given", "missing"),
    [
        pytest.param({"Transform": SERVERLESS}, [], "CAPABILITY_AUTO_EXPAND", id="a transform"),
        pytest.param({"Role": {}}, [], "CAPABILITY_IAM", id="a role"),
        pytest.param({"Role": {}}, ["CAPABILITY_NAMED_IAM"], "", id="more than a role needs"),
        pytest.param({"Role": {"RoleName": "x"}}, ["CAPABILITY_IAM"], "CAPABILITY_NAMED_IAM", id="a role with a name"),
    ],
)
def test_capabilities_have_to_be_acknowledged(template: dict[str, Any], given: list[str], missing: str) -> None:
    trust = {"Version": "2012-10-17", "Statement": []}
    roles = {
        name: {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust, **template[name]}}
        for name in template
        if name == "Role"
    }
    whole = {key: template[key] for key in template if key == "Transform"} | {"Resources": {"Q": QUEUE, **roles}}
    if not missing:
        assert compiled(whole, capabilities=given).resources
        return
    with pytest.raises(AwsError) as caught:
        compiled(whole, capabilities=given)
    assert (caught.value.code, caught.value.message) == (
        "InsufficientCapabilitiesException",
        f"Requires capabilities : [{missing}]",
    )
