"""CloudFormation: docs.aws.amazon.com/AWSCloudFormation/latest/APIReference."""

import json
from typing import Any

from tests.engine.refusals.attempt import NAME, TOPIC, Attempt, call, stack

SERVICE = "cloudformation"
TEMPLATE: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}


def create(item: str, says: str, template: dict[str, Any] | None = None, **options: Any) -> Attempt:
    body = json.dumps(TEMPLATE | (template or {}))
    return call(item, says, SERVICE, "create_stack", StackName=NAME, TemplateBody=body, **options)


ATTEMPTS = (
    stack("Unknown types", "AWS::Amplify::App", "AWS::Amplify::App", {"Name": "refused"}),
    stack("properties", "Colour", "AWS::SNS::Topic", {"Colour": "red"}),
    create("transforms", "Mine", {"Transform": "Mine"}),
    stack("macros", "AWS::CloudFormation::Macro", "AWS::CloudFormation::Macro", {"Name": "Mine", "FunctionName": "a"}),
    create("`NotificationARNs`", "NotificationARNs", NotificationARNs=[TOPIC]),
    create("`TimeoutInMinutes`", "TimeoutInMinutes", TimeoutInMinutes=5),
    create("`ResourceTypes`", "ResourceTypes", ResourceTypes=["AWS::SNS::*"]),
    create("`RollbackConfiguration`", "RollbackConfiguration", RollbackConfiguration={"MonitoringTimeInMinutes": 5}),
    create("stack policies", "StackPolicyBody", StackPolicyBody="{}"),
    create("hooks", "Hooks", {"Hooks": {"Green": {"Type": "AWS::CodeDeploy::BlueGreen"}}}),
)
