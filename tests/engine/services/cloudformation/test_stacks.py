"""What a stack refuses, keeps and calls."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacks.html")


def bucket(name: str, **attributes: Any) -> dict[str, Any]:
    return {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}, **attributes}}}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        pytest.param("{", "JSON not well-formed. (line 1, column 2)", id="broken JSON"),
        pytest.param("a: b: c", "YAML not well-formed. (line 1, column 5)", id="broken YAML"),
        pytest.param({"Resources": {}}, "At least one Resources member must be defined.", id="no resource"),
        pytest.param(
            {"Resources": {"A": {"Type": "AWS::No::Such"}}},
            "Unrecognized resource types: [AWS::No::Such] of A; docs/resource-types.md lists those",
            id="unknown type",
        ),
        pytest.param(
            {"Resources": {"A": {"Type": "AWS::S3::Bukcet"}, "B": {"Type": "AWS::No::Such"}}},
            "[AWS::No::Such, AWS::S3::Bukcet] of A, B; did you mean AWS::S3::Bucket (A)? docs/resource-types.md lists",
            id="misspelt type",
        ),
        pytest.param(
            {"Resources": {"A": {"Type": "AWS::ApiGatewayV2::Stage"}}},
            "Unrecognized resource types: [AWS::ApiGatewayV2::Stage] of A; docs/resource-types.md lists those",
            id="type of AWS's that is like a known one",
        ),
        pytest.param(
            {"Resources": {"A": {"Type": "AWS::SQS::Queue", "Properties": {"Colour": "red"}}}},
            "resource A with message:\n[#: extraneous key [Colour] is not permitted]",
            id="unknown property",
        ),
        pytest.param(
            {"Resources": {"A": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Gone"}}}}},
            "Unresolved resource dependencies [Gone] in the Resources block of the template",
            id="unresolved reference",
        ),
        pytest.param(
            {"Transform": "Mine", "Resources": {"A": {"Type": "AWS::SQS::Queue"}}},
            "No transform named Mine found.",
            id="unknown transform",
        ),
        pytest.param(
            {"Parameters": {"P": {"Type": "String"}}, "Resources": {"A": {"Type": "AWS::SQS::Queue"}}},
            "Parameters: [P] must have values",
            id="missing parameter",
        ),
    ],
)
def test_a_template_is_refused_before_anything_acts(stacks: Any, template: Any, message: str) -> None:
    assert message in stacks.refused(template)
    names = [stack["StackName"] for stack in stacks.cloudformation.describe_stacks()["Stacks"]]
    assert stacks.name("refused") not in names


def test_a_parameter_that_the_template_does_not_declare_is_refused(stacks: Any) -> None:
    given = [{"ParameterKey": "Nope", "ParameterValue": "1"}]
    message = stacks.refused({"Resources": {"A": {"Type": "AWS::SQS::Queue"}}}, Parameters=given)
    assert message == "Parameters: [Nope] do not exist in the template"


def test_a_bucket_with_objects_refuses_to_be_deleted(stacks: Any) -> None:
    name = stacks.name("full")
    stack = stacks.create(bucket(name))
    stacks.s3.put_object(Bucket=name, Key="kept", Body=b"x")
    deleted = stacks.delete(stack["StackId"])
    assert deleted["StackStatus"] == "DELETE_FAILED"
    assert "The bucket you tried to delete is not empty" in stacks.reasons(stack["StackId"])
    stacks.s3.delete_object(Bucket=name, Key="kept")
    assert stacks.delete(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def test_a_retained_bucket_stays(stacks: Any) -> None:
    name = stacks.name("retained")
    stack = stacks.create(bucket(name, DeletionPolicy="Retain"))
    assert stacks.delete(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert stacks.s3.head_bucket(Bucket=name)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_an_export_name_is_taken_once(stacks: Any) -> None:
    template: dict[str, Any] = {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
        "Outputs": {"Queue": {"Value": "x", "Export": {"Name": stacks.name("export")}}},
    }
    first = stacks.create(template, "first")
    second = stacks.create(template, "second")
    assert second["StackStatus"] == "ROLLBACK_COMPLETE"
    events = stacks.cloudformation.describe_stack_events(StackName=second["StackId"])["StackEvents"]
    assert any(
        f"Export with name {stacks.name('export')} is already exported by stack {first['StackName']}."
        in event.get("ResourceStatusReason", "")
        for event in events
    )


CUSTOM = """
import time
import cfnresponse

def handler(event, context):
    if event["ResourceProperties"].get("Fail") and event["RequestType"] == "Create":
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, reason="asked to fail")
    elif event["ResourceProperties"].get("Refused"):
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, reason="refused")
    else:
        time.sleep(float(event["ResourceProperties"].get("Seconds", 0)))
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Answer": "42"}, "thing")
"""


def custom(**properties: Any) -> dict[str, Any]:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    function = {
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Code": {"ZipFile": CUSTOM},
        "Timeout": 20,
    }
    token = {"Fn::GetAtt": ["Function", "Arn"]}
    return {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
            "Thing": {"Type": "Custom::Thing", "Properties": {"ServiceToken": token, **properties}},
        },
        "Outputs": {"Answer": {"Value": {"Fn::GetAtt": ["Thing", "Answer"]}}},
    }


def test_a_rollback_waits_for_a_custom_resource_that_takes_its_time(stacks: Any) -> None:
    stack = stacks.create(custom(Seconds="1"))
    assert stack["StackStatus"] == "CREATE_COMPLETE", stacks.reasons(stack["StackId"])
    updated = stacks.update(custom(Refused="yes"))
    assert updated["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE", stacks.reasons(stack["StackId"])


def test_a_custom_resource_answers_through_cfnresponse(stacks: Any) -> None:
    stack = stacks.create(custom())
    assert stack["StackStatus"] == "CREATE_COMPLETE", stacks.reasons(stack["StackId"])
    assert stack["Outputs"][0]["OutputValue"] == "42"
    assert stacks.delete(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def test_a_custom_resource_that_fails_says_why(stacks: Any) -> None:
    stack = stacks.create(custom(Fail="yes"))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Received response status [FAILED] from custom resource. Message returned: asked to fail" in stacks.reasons(
        stack["StackId"]
    )


def test_a_provider_that_never_answers_times_out(stacks: Any) -> None:
    template = custom(ServiceTimeout="1")
    template["Resources"]["Function"]["Properties"]["Code"]["ZipFile"] = "def handler(event, context): return None\n"
    stack = stacks.create(template)
    assert "CloudFormation did not receive a response from your Custom Resource." in stacks.reasons(stack["StackId"])
