"""Deploy/CloudFormation."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.engine.services.codepipeline.conftest import Desk, type_id

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html"
)

TEMPLATE = """
Parameters:
  Value: {Type: String}
  Other: {Type: String, Default: none}
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Sub "${Value} ${Other}"}
Outputs:
  Name: {Value: !Ref Parameter}
"""
# The stack's role may not do this.
DENIED = """
Resources:
  Queue:
    Type: AWS::SQS::Queue
"""


def deploy(desk: Desk, name: str = "Stack", **configuration: str) -> dict[str, Any]:
    stack = f"stack-{desk.suffix}"
    given = {"ActionMode": "CREATE_UPDATE", "StackName": stack, "TemplatePath": "SourceOutput::template.yaml"}
    role = {} if configuration.get("ActionMode") == "CHANGE_SET_EXECUTE" else {"RoleArn": stack_role(desk)}
    return {
        "name": name,
        "actionTypeId": type_id("Deploy", "CloudFormation"),
        "configuration": {**given, **role, **configuration},
        "inputArtifacts": [{"name": "SourceOutput"}],
        "namespace": name,
    }


def stack_role(desk: Desk) -> str:
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["ssm:*", "events:*"], "Resource": "*"}],
    }
    return desk.make_role("cloudformation.amazonaws.com", policy=policy)


def parameter(desk: Desk, name: str) -> str:
    value: str = desk.engine.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    return value


def error(desk: Desk, name: str, action: str = "Stack") -> dict[str, str]:
    desk.finish(name, status="Failed")
    found: dict[str, str] = desk.action(name, action)["output"]["executionResult"]["errorDetails"]
    return found


def status(desk: Desk) -> str:
    stacks = desk.engine.client("cloudformation").describe_stacks(StackName=f"stack-{desk.suffix}")
    found: str = stacks["Stacks"][0]["StackStatus"]
    return found


def test_a_stack_is_created_then_updated_then_left_alone(desk: Desk) -> None:
    files = {
        "template.yaml": TEMPLATE,
        "parameters.json": json.dumps({"Parameters": {"Value": "file", "Other": "tree"}}),
    }
    desk.upload(files)
    action = deploy(
        desk,
        TemplateConfiguration="SourceOutput::parameters.json",
        ParameterOverrides='{"Value": "#{variables.Value}"}',
        OutputFileName="outputs.json",
    )
    action["outputArtifacts"] = [{"name": "Outputs"}]
    name = desk.create({"name": "Deploy", "actions": [action]}, variables=[{"name": "Value", "defaultValue": "first"}])
    desk.finish(name)
    made = desk.action(name, "Stack")["output"]
    assert parameter(desk, made["outputVariables"]["Name"]) == "first tree"
    assert made["executionResult"]["externalExecutionId"].startswith("arn:aws:cloudformation:")
    for number in (1, 2):
        desk.start(name, variables=[{"name": "Value", "value": "second"}])
        desk.finish(name, number)
        assert parameter(desk, made["outputVariables"]["Name"]) == "second tree"
    assert status(desk) == "UPDATE_COMPLETE"


def test_parameters_are_read_from_artifacts(desk: Desk) -> None:
    desk.upload({"template.yaml": TEMPLATE, "values.json": '{"answer": "42"}'})
    overrides = {
        "Value": {"Fn::GetParam": ["SourceOutput", "values.json", "answer"]},
        "Other": {"Fn::GetArtifactAtt": ["SourceOutput", "BucketName"]},
    }
    name = desk.create({"name": "Deploy", "actions": [deploy(desk, ParameterOverrides=json.dumps(overrides))]})
    desk.finish(name)
    assert parameter(desk, desk.action(name, "Stack")["output"]["outputVariables"]["Name"]) == f"42 {desk.bucket}"


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"Value": {"Fn::GetParam": ["SourceOutput", "values.json", "b"]}}, "SourceOutput::values.json has no key b"),
        (
            {"Value": {"Fn::GetParam": ["SourceOutput", "none.json", "b"]}},
            "File [none.json] does not exist in artifact",
        ),
        (
            {"Value": {"Fn::GetArtifactAtt": ["Other", "URL"]}},
            "Artifact [Other] is not an input artifact of the action",
        ),
        ({"Value": {"Fn::GetArtifactAtt": ["SourceOutput", "Size"]}}, "Fn::GetArtifactAtt has no attribute Size"),
        ({"Value": {"Ref": "x"}}, "ParameterOverrides: Value must be a string, "),
        ({"Value": ["x"]}, "The value of Value must be a string, a number or a boolean"),
        ({"Valeu": "x", "Value": "y"}, "Valeu"),
    ],
    ids=["no key", "no file", "no artifact", "no attribute", "no function", "a list", "no parameter"],
)
def test_wrong_overrides_fail_with_the_fault(desk: Desk, overrides: dict[str, Any], message: str) -> None:
    desk.upload({"template.yaml": TEMPLATE, "values.json": '{"a": "42"}'})
    name = desk.create({"name": "Deploy", "actions": [deploy(desk, ParameterOverrides=json.dumps(overrides))]})
    assert message in error(desk, name)["message"]


def test_a_stack_that_cannot_be_made_names_the_resource_and_is_replaced_when_asked(desk: Desk) -> None:
    desk.upload({"template.yaml": DENIED})
    name = desk.create({"name": "Deploy", "actions": [deploy(desk, ActionMode="REPLACE_ON_FAILURE")]})
    found = error(desk, name)
    assert found["code"] == "JobFailed"
    assert found["message"].startswith(
        f"The stack stack-{desk.suffix} is in ROLLBACK_COMPLETE: Queue (AWS::SQS::Queue)"
    )
    fixed = TEMPLATE.replace("{Type: String}", "{Type: String, Default: fixed}")
    desk.upload({"template.yaml": fixed})
    desk.start(name)
    desk.finish(name, 1)
    assert status(desk) == "CREATE_COMPLETE"


def test_a_change_set_is_made_and_executed(desk: Desk) -> None:
    desk.upload({"template.yaml": TEMPLATE})
    change_set = {"ChangeSetName": "changes"}
    make = deploy(desk, "Make", ActionMode="CHANGE_SET_REPLACE", ParameterOverrides='{"Value": "a"}', **change_set)
    execute = deploy(desk, "Execute", ActionMode="CHANGE_SET_EXECUTE", **change_set)
    del execute["configuration"]["TemplatePath"]
    execute.update(runOrder=2, inputArtifacts=[])
    name = desk.create({"name": "Deploy", "actions": [make, execute]})
    desk.finish(name)
    assert parameter(desk, desk.action(name, "Execute")["output"]["outputVariables"]["Name"]) == "a none"
    desk.start(name)
    desk.finish(name, 1)


def test_a_stack_is_deleted(desk: Desk) -> None:
    desk.upload({"template.yaml": TEMPLATE})
    make = deploy(desk, "Make", ParameterOverrides='{"Value": "a"}')
    delete = deploy(desk, "Delete", ActionMode="DELETE_ONLY")
    delete["runOrder"] = 2
    name = desk.create({"name": "Deploy", "actions": [make, delete]})
    desk.finish(name)
    with pytest.raises(Exception, match="does not exist"):
        status(desk)


def test_a_template_longer_than_a_request_goes_through_the_artifact_store(desk: Desk) -> None:
    desk.upload({"template.yaml": f"Description: long\n# {'x' * 60_000}\n{TEMPLATE}"})
    name = desk.create({"name": "Deploy", "actions": [deploy(desk, ParameterOverrides='{"Value": "a"}')]})
    desk.finish(name)
    assert status(desk) == "CREATE_COMPLETE"


def test_create_update_leaves_a_stack_that_was_never_created_and_fails(desk: Desk) -> None:
    desk.upload({"template.yaml": DENIED})
    name = desk.create({"name": "Deploy", "actions": [deploy(desk)]})
    error(desk, name)
    desk.upload({"template.yaml": TEMPLATE.replace("{Type: String}", "{Type: String, Default: fixed}")})
    desk.start(name)
    desk.finish(name, 1, status="Failed")
    assert "ROLLBACK_COMPLETE" in desk.action(name, "Stack")["output"]["executionResult"]["errorDetails"]["message"]
    assert status(desk) == "ROLLBACK_COMPLETE"
