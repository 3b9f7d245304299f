"""Templates and types as the API tells them, and pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.cloudformation.parts import parameter, template

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html"
)
LAUNCHED: dict[str, Any] = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Description": "What is launched",
    "Metadata": {"AWS::CloudFormation::Interface": {"ParameterGroups": []}},
    "Parameters": {
        "Size": {"Type": "String", "Default": "small", "AllowedValues": ["small", "large"], "Description": "How large"},
        "Secret": {"Type": "String", "NoEcho": True},
    },
    "Resources": {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}},
        "Server": {"Type": "AWS::EC2::Instance"},
    },
}


def test_a_summary_has_what_a_launch_form_shows(stacks: Any) -> None:
    found = stacks.cloudformation.get_template_summary(TemplateBody=json.dumps(LAUNCHED))
    assert found["Parameters"] == [
        {
            "ParameterKey": "Size",
            "DefaultValue": "small",
            "ParameterType": "String",
            "NoEcho": False,
            "Description": "How large",
            "ParameterConstraints": {"AllowedValues": ["small", "large"]},
        },
        {"ParameterKey": "Secret", "ParameterType": "String", "NoEcho": True, "ParameterConstraints": {}},
    ]
    assert found["Description"] == "What is launched"
    assert found["Capabilities"] == ["CAPABILITY_IAM"]
    assert found["CapabilitiesReason"] == "The following resource(s) require capabilities: [AWS::IAM::Role]"
    assert found["ResourceTypes"] == ["AWS::EC2::Instance", "AWS::IAM::Role"]
    assert found["Warnings"] == {"UnrecognizedResourceTypes": ["AWS::EC2::Instance"]}
    assert json.loads(found["Metadata"]) == LAUNCHED["Metadata"]
    assert found["Version"] == "2010-09-09"


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ValidateTemplate.html")
def test_a_template_is_validated_without_its_parameters(stacks: Any) -> None:
    found = stacks.cloudformation.validate_template(TemplateBody=json.dumps(LAUNCHED))
    assert [one["ParameterKey"] for one in found["Parameters"]] == ["Size", "Secret"]
    broken = {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Gone"}}}}}
    with pytest.raises(ClientError, match=r"Unresolved resource dependencies \[Gone\]"):
        stacks.cloudformation.validate_template(TemplateBody=json.dumps(broken))


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html")
def test_a_template_is_kept_as_it_was_given_and_as_it_was_processed(stacks: Any) -> None:
    loop = {"Fn::ForEach::L": ["N", ["A", "B"], {"P${N}": parameter("${N}")}]}
    given = {"Transform": "AWS::LanguageExtensions", "Resources": loop}
    stacks.create(given)
    get = stacks.cloudformation.get_template
    assert get(StackName=stacks.name())["TemplateBody"] == given
    processed = get(StackName=stacks.name(), TemplateStage="Processed")["TemplateBody"]
    assert set(processed["Resources"]) == {"PA", "PB"}


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html")
def test_a_stack_tells_its_parameters_and_hides_what_is_not_echoed(stacks: Any) -> None:
    declared = {"Plain": {"Type": "String", "Default": "p"}, "Secret": {"Type": "String", "NoEcho": True}}
    body = {**template(One=parameter({"Ref": "Secret"})), "Parameters": declared, "Description": "told"}
    secret = {"ParameterKey": "Secret", "ParameterValue": "hush"}
    stack = stacks.create(body, Parameters=[secret], Tags=[{"Key": "team", "Value": "ml"}])
    assert {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]} == {
        "Plain": "p",
        "Secret": "****",
    }
    assert (stack["Description"], stack["Tags"]) == ("told", [{"Key": "team", "Value": "ml"}])
    kept = {"ParameterKey": "Secret", "UsePreviousValue": True}
    changed = {"ParameterKey": "Plain", "ParameterValue": "q"}
    body["Resources"]["Two"] = parameter({"Ref": "Plain"})
    stack = stacks.update(body, Parameters=[kept, changed])
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert stack["LastUpdatedTime"] >= stack["CreationTime"]


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStacks.html")
def test_deleted_stacks_are_listed_and_found_by_their_id_only(stacks: Any) -> None:
    stack = stacks.create(template(One=parameter("1")))
    stacks.delete(stack["StackId"])
    pages = stacks.cloudformation.get_paginator("list_stacks").paginate(StackStatusFilter=["DELETE_COMPLETE"])
    assert stack["StackId"] in [one["StackId"] for page in pages for one in page["StackSummaries"]]
    found = stacks.cloudformation.describe_stacks(StackName=stack["StackId"])["Stacks"][0]
    assert found["StackStatus"] == "DELETE_COMPLETE"
    stacks.cloudformation.delete_stack(StackName=stacks.name())
    with pytest.raises(ClientError, match=rf"Stack \[{stacks.name()}\] does not exist"):
        stacks.cloudformation.describe_stack_events(StackName=stacks.name())


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html")
def test_a_resource_is_found_by_its_physical_id_and_tells_its_metadata(stacks: Any) -> None:
    stack = stacks.create(template(One=parameter("1", Metadata={"Says": {"Ref": "AWS::Region"}})))
    describe = stacks.cloudformation.describe_stack_resource
    detail = describe(StackName=stacks.name(), LogicalResourceId="One")["StackResourceDetail"]
    assert json.loads(detail["Metadata"]) == {"Says": "us-east-1"}
    by_id = stacks.cloudformation.describe_stack_resources(PhysicalResourceId=detail["PhysicalResourceId"])
    assert by_id["StackResources"][0]["StackId"] == stack["StackId"]
    with pytest.raises(ClientError, match=f"Resource Two does not exist for stack {stacks.name()}"):
        describe(StackName=stacks.name(), LogicalResourceId="Two")


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeType.html")
def test_the_registry_has_the_types_that_the_engine_makes(stacks: Any) -> None:
    listed = stacks.cloudformation.list_types(Visibility="PUBLIC")["TypeSummaries"]
    assert "AWS::SSM::Parameter" in [one["TypeName"] for one in listed]
    described = stacks.cloudformation.describe_type(Type="RESOURCE", TypeName="AWS::SSM::Parameter")
    assert json.loads(described["Schema"])["typeName"] == "AWS::SSM::Parameter"
    with pytest.raises(ClientError, match="The type 'AWS::EC2::Instance' cannot be found"):
        stacks.cloudformation.describe_type(Type="RESOURCE", TypeName="AWS::EC2::Instance")


@pytest.mark.parametrize("operation", ["set_stack_policy", "detect_stack_drift", "list_stack_sets"])
def test_what_is_not_executed_is_refused_by_name(stacks: Any, operation: str) -> None:
    options = {} if operation == "list_stack_sets" else {"StackName": stacks.name()}
    with pytest.raises(ClientError) as caught:
        getattr(stacks.cloudformation, operation)(**options)
    assert caught.value.response["Error"]["Code"] == "UnsupportedOperation"
