"""AWS::CodePipeline::Pipeline."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipway.engine.resource import ResourceFailed
from slipway.engine.resources.codepipeline import declaration
from tests.engine.services.codepipeline.conftest import Desk

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codepipeline-pipeline.html"
)


@pytest.fixture
def desk(engine: Any) -> Desk:
    """A desk of this test's own."""
    return Desk(engine)


def template(desk: Desk, **properties: Any) -> str:
    """A stack with one pipeline that waits for an approval."""
    source = {"S3Bucket": desk.sources, "S3ObjectKey": "source.zip", "PollForSourceChanges": False}
    stages = [
        stage("Source", "Source", "S3", Configuration=source, OutputArtifacts=[{"Name": "SourceOutput"}]),
        stage("Test", "Approval", "Manual", Configuration={"CustomData": "look"}, RunOrder="1"),
    ]
    given = {
        "PipelineType": "V2",
        "RoleArn": desk.role,
        "ArtifactStore": {"Type": "S3", "Location": desk.bucket},
        "Stages": stages,
        **properties,
    }
    resource = {"Type": "AWS::CodePipeline::Pipeline", "Properties": given}
    outputs = {"Name": {"Value": {"Ref": "Pipeline"}}, "Version": {"Value": {"Fn::GetAtt": ["Pipeline", "Version"]}}}
    return json.dumps({"Resources": {"Pipeline": resource}, "Outputs": outputs})


def stage(name: str, category: str, provider: str, **members: Any) -> dict[str, Any]:
    type_id = {"Category": category, "Owner": "AWS", "Provider": provider, "Version": "1"}
    return {"Name": name, "Actions": [{"Name": name, "ActionTypeId": type_id, **members}]}


def deploy(desk: Desk, body: str, operation: str = "create") -> dict[str, str]:
    """Create or update the stack; its outputs."""
    cloudformation = desk.engine.client("cloudformation")
    stack = f"stack-{desk.suffix}"
    getattr(cloudformation, f"{operation}_stack")(StackName=stack, TemplateBody=body)
    waiter = cloudformation.get_waiter(f"stack_{operation}_complete")
    waiter.wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    outputs = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    return {output["OutputKey"]: output["OutputValue"] for output in outputs}


def test_a_stack_makes_updates_and_deletes_a_pipeline(desk: Desk) -> None:
    held = [{"StageName": "Test", "Reason": "not yet"}]
    tags = [{"Key": "team", "Value": "bakers"}]
    made = deploy(desk, template(desk, DisableInboundStageTransitions=held, Tags=tags))
    name = made["Name"]
    assert made["Version"] == "1"
    assert name.startswith(f"stack-{desk.suffix}-Pipeline-")
    desk.wait(lambda: "inboundExecution" in desk.stage(name, "Test"))
    assert desk.executions(name)[0]["trigger"]["triggerType"] == "CreatePipeline"
    arn = f"arn:aws:codepipeline:us-east-1:111122223333:{name}"
    assert {"key": "team", "value": "bakers"} in desk.codepipeline.list_tags_for_resource(resourceArn=arn)["tags"]

    updated = deploy(desk, template(desk, ExecutionMode="QUEUED", RestartExecutionOnUpdate=True), "update")
    assert updated == {"Name": name, "Version": "2"}
    assert desk.codepipeline.get_pipeline(name=name)["pipeline"]["executionMode"] == "QUEUED"
    assert desk.stage(name, "Test")["inboundTransitionState"]["enabled"]
    assert len(desk.executions(name)) == 2

    cloudformation = desk.engine.client("cloudformation")
    cloudformation.delete_stack(StackName=f"stack-{desk.suffix}")
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName=f"stack-{desk.suffix}", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    assert name not in [item["name"] for item in desk.codepipeline.list_pipelines()["pipelines"]]


def test_the_properties_become_the_apis_words() -> None:
    store = {"ArtifactStore": {"Type": "S3", "Location": "bucket"}, "Region": "us-east-1"}
    properties = {"RoleArn": "arn", "ArtifactStores": [store], "Stages": [], "Tags": [], "Name": "n"}
    wanted = {
        "name": "p",
        "roleArn": "arn",
        "stages": [],
        "artifactStores": {"us-east-1": {"type": "S3", "location": "bucket"}},
    }
    assert declaration("p", properties) == wanted


def test_configuration_values_become_strings_and_keep_their_keys() -> None:
    properties = {"Stages": [stage("S", "Source", "S3", Configuration={"PollForSourceChanges": False, "Number": 1})]}
    (action,) = declaration("p", properties)["stages"][0]["actions"]
    assert action["configuration"] == {"PollForSourceChanges": "false", "Number": "1"}


def test_a_configuration_value_that_is_an_object_is_refused() -> None:
    properties = {"Stages": [stage("S", "Deploy", "CloudFormation", Configuration={"ParameterOverrides": {"a": "b"}})]}
    with pytest.raises(ResourceFailed, match="Configuration value of ParameterOverrides must be a string"):
        declaration("p", properties)
