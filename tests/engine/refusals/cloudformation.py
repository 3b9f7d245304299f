"""CloudFormation: docs.aws.amazon.com/AWSCloudFormation/latest/APIReference."""

import json
import uuid
from typing import Any

from tests.engine.refusals.attempt import NAME, TOPIC, Attempt, call, operation, stack

SERVICE = "cloudformation"
TOPIC_RESOURCE: dict[str, Any] = {"Type": "AWS::SNS::Topic"}
TEMPLATE: dict[str, Any] = {"Resources": {"Topic": TOPIC_RESOURCE}}
VALUE = {"Parameters": [{"ParameterKey": "V", "ParameterValue": "a"}]}
EXPAND = {"Capabilities": ["CAPABILITY_AUTO_EXPAND"]}
REPOSITORY = {
    "ApplicationId": "arn:aws:serverlessrepo:us-east-1:111122223333:applications/a",
    "SemanticVersion": "1.0.0",
}
APPLICATION = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {"App": {"Type": "AWS::Serverless::Application", "Properties": {"Location": REPOSITORY}}},
}


def create(item: str, says: str, template: dict[str, Any] | None = None, **options: Any) -> Attempt:
    body = json.dumps(TEMPLATE | (template or {}))
    return call(
        item, says, SERVICE, "create_stack", StackName=f"{NAME}-{uuid.uuid4().hex[:8]}", TemplateBody=body, **options
    )


def policy(item: str, value: dict[str, Any]) -> Attempt:
    """A resource with a policy on how it is made or changed."""
    name = item.strip("`")
    return create(item, name, {"Resources": {"Topic": {**TOPIC_RESOURCE, name: value}}})


ATTEMPTS = (
    stack("Unknown types", "AWS::Amplify::App", "AWS::Amplify::App", {"Name": "refused"}),
    stack("properties", "Colour", "AWS::SNS::Topic", {"Colour": "red"}),
    create("transforms", "Mine", {"Transform": "Mine"}),
    stack("macros", "AWS::CloudFormation::Macro", "AWS::CloudFormation::Macro", {"Name": "Mine", "FunctionName": "a"}),
    create(
        "parameter types of EC2", "AWS::EC2::VPC::Id", {"Parameters": {"V": {"Type": "AWS::EC2::VPC::Id"}}}, **VALUE
    ),
    create("Route 53", "HostedZone", {"Parameters": {"V": {"Type": "AWS::Route53::HostedZone::Id"}}}, **VALUE),
    create(
        "applications of the Serverless Application Repository",
        "Serverless Application Repository are not executed",
        APPLICATION,
        **EXPAND,
    ),
    stack(
        "`ssm-secure` references",
        "SSM Secure reference is not supported",
        "AWS::SNS::Topic",
        {"TopicName": "{{resolve:ssm-secure:/name:1}}"},
    ),
    policy("`CreationPolicy`", {"ResourceSignal": {"Count": 1}}),
    policy("`UpdatePolicy`", {"AutoScalingReplacingUpdate": {"WillReplace": True}}),
    create(
        "the Snapshot policy", "Snapshot", {"Resources": {"Topic": {**TOPIC_RESOURCE, "DeletionPolicy": "Snapshot"}}}
    ),
    call(
        "imports of resources",
        "IMPORT",
        SERVICE,
        "create_change_set",
        StackName=NAME,
        ChangeSetName="import",
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps(TEMPLATE),
    ),
    operation("drift", SERVICE, "DetectStackDrift", "detect_stack_drift", StackName=NAME),
    operation("stack sets", SERVICE, "CreateStackSet", "create_stack_set", StackSetName=NAME),
    create("`NotificationARNs`", "NotificationARNs", NotificationARNs=[TOPIC]),
    create("`TimeoutInMinutes`", "TimeoutInMinutes", TimeoutInMinutes=5),
    create("`ResourceTypes`", "ResourceTypes", ResourceTypes=["AWS::SNS::*"]),
    create("`RollbackConfiguration`", "RollbackConfiguration", RollbackConfiguration={"MonitoringTimeInMinutes": 5}),
    create("stack policies", "StackPolicyBody", StackPolicyBody="{}"),
    create("hooks", "Hooks", {"Hooks": {"Green": {"Type": "AWS::CodeDeploy::BlueGreen"}}}),
)
