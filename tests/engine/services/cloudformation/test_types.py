"""Resource types of ours in stacks: in place, replaced, rolled back."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html"
)

DEFINITION = {"StartAt": "Only", "States": {"Only": {"Type": "Succeed"}}}


def machine(role: str, **properties: Any) -> dict[str, Any]:
    declared = {"RoleArn": role, "Definition": DEFINITION, **properties}
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": declared}


def template(**resources: Any) -> dict[str, Any]:
    named = [name for name in resources if name == "Machine"]
    return {"Resources": resources, "Outputs": {name: {"Value": {"Ref": name}} for name in named}}


def role(stacks: Any) -> str:
    arn: str = stacks.role("states.amazonaws.com", [{"Action": "s3:GetObject", "Resource": "*"}])
    return arn


def output(stack: dict[str, Any]) -> str:
    value: str = stack["Outputs"][0]["OutputValue"]
    return value


def machines(stacks: Any) -> list[str]:
    found = stacks.engine.client("stepfunctions").list_state_machines()["stateMachines"]
    return [entry["name"] for entry in found if entry["name"].startswith(stacks.prefix)]


def test_a_change_in_place_keeps_the_resource(stacks: Any) -> None:
    arn = role(stacks)
    first = stacks.create(template(Machine=machine(arn)))
    changed = {**DEFINITION, "Comment": "changed"}
    second = stacks.update(template(Machine=machine(arn, Definition=changed)))
    assert output(first) == output(second)
    described = stacks.engine.client("stepfunctions").describe_state_machine(stateMachineArn=output(second))
    assert json.loads(described["definition"])["Comment"] == "changed"


def test_a_change_of_a_create_only_property_replaces_the_resource(stacks: Any) -> None:
    arn = role(stacks)
    stacks.create(template(Machine=machine(arn, StateMachineName=stacks.name("one"))))
    stack = stacks.update(template(Machine=machine(arn, StateMachineName=stacks.name("two"))))
    assert output(stack).endswith(stacks.name("two"))
    assert machines(stacks) == [stacks.name("two")]


def test_what_depends_on_a_replaced_resource_follows(stacks: Any) -> None:
    arn = role(stacks)
    value = {"Type": "String", "Name": f"/{stacks.prefix}/machine", "Value": {"Ref": "Machine"}}
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": value}
    for name in ("one", "two"):
        resources = template(Machine=machine(arn, StateMachineName=stacks.name(name)), Parameter=parameter)
        stack = stacks.create(resources) if name == "one" else stacks.update(resources)
    stored = stacks.engine.client("ssm").get_parameter(Name=f"/{stacks.prefix}/machine")["Parameter"]["Value"]
    assert stored == output(stack)


def test_a_failed_update_takes_its_changes_back(stacks: Any) -> None:
    arn = role(stacks)
    stacks.create(template(Machine=machine(arn, StateMachineName=stacks.name("kept"))))
    broken = {
        "Type": "AWS::SQS::Queue",
        "DependsOn": "Machine",
        "Properties": {"QueueName": "{{resolve:ssm:/not/there}}"},
    }
    changed = machine(arn, StateMachineName=stacks.name("kept"), Definition={**DEFINITION, "Comment": "changed"})
    stack = stacks.update(template(Machine=changed, Queue=broken))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    described = stacks.engine.client("stepfunctions").describe_state_machine(stateMachineArn=output(stack))
    assert "Comment" not in json.loads(described["definition"])
    assert stack["StackStatusReason"].startswith("The following resource(s) failed to create: [Queue].")
    fixed = stacks.update(template(Machine=changed))
    assert (fixed["StackStatus"], fixed.get("StackStatusReason", "")) == ("UPDATE_COMPLETE", "")


def test_a_refused_call_fails_the_resource_in_cloudformations_words(stacks: Any) -> None:
    stack = stacks.create(template(Machine=machine(role(stacks), LoggingConfiguration={"Level": "ALL"})))
    reason = stacks.reasons(stack["StackId"])
    assert "Invalid Logging Configuration: Must specify exactly one Log Destination." in reason
    assert "(Service: StepFunctions, Status Code: 400, Request ID:" in reason
    assert "HandlerErrorCode: InvalidRequest" in reason


def test_a_definition_that_step_functions_would_refuse_is_refused_with_its_stack(stacks: Any) -> None:
    broken = {"StartAt": "Nowhere", "States": {"Only": {"Type": "Succeed"}}}
    refused = stacks.refused(template(Machine=machine(role(stacks), Definition=broken)))
    assert "Resource Machine: MISSING_TRANSITION_TARGET: Missing 'StartAt' target: Nowhere at /StartAt" in refused


def test_stack_tags_reach_the_resource(stacks: Any) -> None:
    stack = stacks.create(template(Machine=machine(role(stacks))), Tags=[{"Key": "team", "Value": "ml"}])
    tags = stacks.engine.client("stepfunctions").list_tags_for_resource(resourceArn=output(stack))["tags"]
    assert tags == [{"key": "team", "value": "ml"}]


def test_a_change_set_says_what_will_be_replaced_and_runs_under_its_role(stacks: Any) -> None:
    arn = role(stacks)
    deployer = stacks.role("cloudformation.amazonaws.com", [{"Action": "*", "Resource": "*"}], "deployer")
    stacks.create(template(Machine=machine(arn, StateMachineName=stacks.name("one"))))
    made = stacks.cloudformation.create_change_set(
        StackName=stacks.name(),
        ChangeSetName="change",
        TemplateBody=json.dumps(template(Machine=machine(arn, StateMachineName=stacks.name("two")))),
        RoleARN=deployer,
    )
    changes = stacks.cloudformation.describe_change_set(ChangeSetName=made["Id"])["Changes"]
    assert [change["ResourceChange"]["Replacement"] for change in changes] == ["True"]
    stacks.cloudformation.execute_change_set(ChangeSetName=made["Id"])
    stack = stacks.settled(stacks.name())
    assert (stack["StackStatus"], stack["RoleARN"]) == ("UPDATE_COMPLETE", deployer)
    assert machines(stacks) == [stacks.name("two")]
