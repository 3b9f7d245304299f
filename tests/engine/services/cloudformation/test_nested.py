"""Nested stacks."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html"
)

DEFINITION = {"StartAt": "Only", "States": {"Only": {"Type": "Succeed"}}}
CHILD: dict[str, Any] = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Parameters": {"Name": {"Type": "String"}},
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Machine": {"Type": "AWS::Serverless::StateMachine", "Properties": {"Definition": DEFINITION}},
        "Parameter": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Type": "String", "Name": {"Ref": "Name"}, "Value": {"Ref": "Topic"}},
        },
    },
    "Outputs": {"Topic": {"Value": {"Ref": "Topic"}}},
}


def parent(url: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """A stack with one nested stack."""
    properties = {"TemplateURL": url, "Parameters": parameters}
    return {
        "Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": properties}},
        "Outputs": {"Topic": {"Value": {"Fn::GetAtt": ["Child", "Outputs.Topic"]}}},
    }


def children(stacks: Any, parent_id: str) -> list[dict[str, Any]]:
    found = stacks.cloudformation.describe_stacks()["Stacks"]
    return [stack for stack in found if stack.get("ParentId") == parent_id]


def test_a_nested_stack_gets_its_transform_its_tags_and_its_place(stacks: Any) -> None:
    url = stacks.store("child.json", CHILD)
    tags = [{"Key": "team", "Value": "ml"}]
    stack = stacks.create(parent(url, {"Name": f"/{stacks.prefix}/topic"}), Tags=tags)
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    (child,) = children(stacks, stack["StackId"])
    assert child["RootId"] == stack["StackId"]
    assert child["StackName"].startswith(f"{stack['StackName']}-Child-")
    assert {"Key": "team", "Value": "ml"} in child["Tags"]
    stored = stacks.engine.client("ssm").get_parameter(Name=f"/{stacks.prefix}/topic")["Parameter"]["Value"]
    assert stack["Outputs"][0]["OutputValue"] == stored


def test_a_nested_stack_resolves_dynamic_references(stacks: Any) -> None:
    stacks.engine.client("ssm").put_parameter(Name=f"/{stacks.prefix}/given", Value="queue-name", Type="String")
    value = f"{stacks.prefix}-{{{{resolve:ssm:/{stacks.prefix}/given}}}}"
    child = {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": value}}},
        "Outputs": {"Topic": {"Value": {"Fn::GetAtt": ["Queue", "QueueName"]}}},
    }
    stack = stacks.create(parent(stacks.store("child.json", child), {}))
    assert stack["Outputs"][0]["OutputValue"] == f"{stacks.prefix}-queue-name"


def test_a_child_that_fails_leaves_nothing_and_says_which_resource_failed(stacks: Any) -> None:
    stacks.engine.client("ssm").put_parameter(Name=f"/{stacks.prefix}/taken", Value="x", Type="String")
    failing = {
        "Resources": {
            "First": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": stacks.name("first")}},
            "Second": {
                "Type": "AWS::SQS::Queue",
                "DependsOn": "First",
                "Properties": {"QueueName": "{{resolve:ssm:/nothing/is/here}}"},
            },
        },
        "Outputs": {"Topic": {"Value": "x"}},
    }
    stack = stacks.create(parent(stacks.store("child.json", failing), {}))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    reason = stacks.reasons(stack["StackId"])
    assert "was not successfully created: The following resource(s) failed: [Second]." in reason
    topics = stacks.engine.client("sns").list_topics()["Topics"]
    assert not [topic for topic in topics if topic["TopicArn"].endswith(stacks.name("first"))]
    assert not children(stacks, stack["StackId"])


def test_an_update_of_the_parent_updates_the_child_and_a_delete_deletes_it(stacks: Any) -> None:
    url = stacks.store("child.json", CHILD)
    stack = stacks.create(parent(url, {"Name": f"/{stacks.prefix}/one"}))
    updated = stacks.update(parent(url, {"Name": f"/{stacks.prefix}/two"}))
    assert updated["StackStatus"] == "UPDATE_COMPLETE"
    ssm = stacks.engine.client("ssm")
    assert ssm.get_parameters(Names=[f"/{stacks.prefix}/one", f"/{stacks.prefix}/two"])["InvalidParameters"] == [
        f"/{stacks.prefix}/one"
    ]
    assert stacks.delete(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert ssm.get_parameters(Names=[f"/{stacks.prefix}/two"])["Parameters"] == []


def test_a_child_with_a_macro_needs_its_parents_capability(stacks: Any) -> None:
    url = stacks.store("child.json", CHILD)
    stack = stacks.create(parent(url, {"Name": "/x"}), Capabilities=["CAPABILITY_IAM"])
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "CAPABILITY_AUTO_EXPAND" in stacks.reasons(stack["StackId"])


def test_a_template_that_is_not_in_s3_is_refused_by_name(stacks: Any) -> None:
    stack = stacks.create(parent("https://example.com/child.json", {}))
    assert "TemplateURL must be a supported URL." in stacks.reasons(stack["StackId"])


def test_a_type_that_the_engine_lacks_is_refused_however_deep_it_is_nested(stacks: Any) -> None:
    lacking = stacks.store("lacking.json", {"Resources": {"Table": {"Type": "AWS::DynamoDB::Table"}}})
    between = stacks.store(
        "between.json",
        {"Resources": {"Deep": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": lacking}}}},
    )
    template = parent(between, {})
    template["Resources"]["Queue"] = {"Type": "AWS::SQS::Queue"}
    refused = stacks.refused(template)
    assert "Nested stack Child/Deep: " in refused
    assert "Unrecognized resource types: [AWS::DynamoDB::Table] of Table" in refused


def test_a_nested_template_that_is_not_there_yet_is_left_to_its_turn(stacks: Any) -> None:
    url = stacks.store("child.json", CHILD).replace("child.json", "later.json")
    stack = stacks.create(parent(url, {}))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "S3 error" in stacks.reasons(stack["StackId"])
