"""AWS::SSM::Parameter through CloudFormation."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html"
)
SERVICE = "cloudformation.amazonaws.com"


def template(**properties: Any) -> dict[str, Any]:
    return {
        "Resources": {"Parameter": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", **properties}}},
        "Outputs": {
            "Name": {"Value": {"Ref": "Parameter"}},
            "Type": {"Value": {"Fn::GetAtt": ["Parameter", "Type"]}},
            "Value": {"Value": {"Fn::GetAtt": ["Parameter", "Value"]}},
        },
    }


def tags(engine: Any, name: str) -> dict[str, str]:
    found = engine.client("ssm").list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
    return {tag["Key"]: tag["Value"] for tag in found}


def test_a_parameter_is_made_changed_in_place_and_deleted(stacks: Any) -> None:
    ssm, name = stacks.engine.client("ssm"), f"/{stacks.prefix}/parameter"
    stack = stacks.create(template(Name=name, Value="one", Description="first", Tags={"team": "ml", "old": "1"}))
    assert stacks.outputs(stack) == {"Name": name, "Type": "String", "Value": "one"}
    stack = stacks.update(template(Name=name, Value="two", Tags={"team": "ops"}))
    assert stacks.outputs(stack)["Value"] == "two"
    parameter = ssm.get_parameter(Name=name)["Parameter"]
    assert (parameter["Value"], parameter["Version"]) == ("two", 2)
    assert tags(stacks.engine, name) == {"team": "ops"}
    [described] = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [name]}])["Parameters"]
    assert not described.get("Description")
    stacks.delete(stack["StackId"])
    assert ssm.get_parameters(Names=[name])["InvalidParameters"] == [name]


def test_a_generated_name_begins_with_cfn_and_the_logical_id(stacks: Any) -> None:
    assert stacks.outputs(stacks.create(template(Value="one")))["Name"].startswith("CFN-Parameter-")


def test_a_new_name_replaces_the_parameter(stacks: Any) -> None:
    ssm, old, new = stacks.engine.client("ssm"), f"/{stacks.prefix}/old", f"/{stacks.prefix}/new"
    stacks.create(template(Name=old, Value="one"))
    stacks.update(template(Name=new, Value="one"))
    assert ssm.get_parameters(Names=[old, new])["InvalidParameters"] == [old]


def test_a_parameter_that_is_there_already_is_not_taken_over(stacks: Any) -> None:
    name = f"/{stacks.prefix}/taken"
    stacks.engine.client("ssm").put_parameter(Name=name, Type="String", Value="mine")
    stack = stacks.create(template(Name=name, Value="theirs"))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "The parameter already exists" in stacks.reasons(stack["StackId"])
    assert stacks.engine.client("ssm").get_parameter(Name=name)["Parameter"]["Value"] == "mine"


def test_a_role_needs_the_right_to_tag_although_the_template_has_no_tags(stacks: Any) -> None:
    role = stacks.role(SERVICE, [{"Action": ["ssm:PutParameter", "ssm:DeleteParameter"], "Resource": "*"}])
    stack = stacks.create(template(Value="one"), RoleARN=role)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "is not authorized to perform: ssm:AddTagsToResource on resource: arn:aws:ssm:us-east-1:" in stacks.reasons(
        stack["StackId"]
    )


def test_a_parameter_deleted_by_hand_does_not_hold_the_stack_up(stacks: Any) -> None:
    stack = stacks.create(template(Value="one"))
    stacks.engine.client("ssm").delete_parameter(Name=stacks.outputs(stack)["Name"])
    assert stacks.delete(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        (
            {"Value": "abc", "AllowedPattern": "^\\d+$"},
            "Parameter value, cannot be validated by allowedPattern: ^\\d+$",
        ),
        ({"Value": "x" * 4097}, "Standard tier parameters support a maximum parameter value of 4096 characters"),
        ({"Value": "x" * 8193, "Tier": "Advanced"}, "maximum parameter value of 8192 characters"),
        ({"Value": "ami-1", "DataType": "aws:ec2:image"}, "DataType aws:ec2:image of AWS::SSM::Parameter is not"),
    ],
    ids=["another pattern", "too large", "too large for advanced", "a machine image"],
)
def test_a_value_that_ssm_refuses_fails_the_stack(stacks: Any, properties: dict[str, Any], message: str) -> None:
    stack = stacks.create(template(**properties))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert message in stacks.reasons(stack["StackId"])
