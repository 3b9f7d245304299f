"""Bundles in the manner of public samples that need what the engine lacks: refused by name, before anything is made."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.foreign.support import CAPABILITIES, FOREIGN, Stranger

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html")

# Template → what the refusal must name.
REFUSED: dict[str, tuple[str, ...]] = {
    "amplify": ("AWS::Amplify::App", "AWS::Cognito::UserPool"),
    "api_to_sqs": ("Method", "AWS"),
    "codebuild_github": ("Project", "Triggers"),
    "codebuild_reports": ("Project", "reports"),
    "codedeploy_server": ("AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup"),
    "connection": ("Pipeline", "Triggers"),
    "container_function": ("F", "Image"),
    "cross_account": ("Bucket", "ReplicationConfiguration"),
    "ddb_api": ("AWS::DynamoDB::Table",),
    "ecs_bluegreen": ("AWS::ECS::Cluster", "AWS::ECS::TaskDefinition", "AWS::ECS::Service"),
    "github_v1": ("AWS::CodePipeline::Webhook",),
    "kinesis": ("AWS::Kinesis::Stream",),
    "lambda_url": ("AWS::Lambda::Url",),
    "macro": ("AWS::CloudFormation::Macro",),
    "macro_use": ("Upper",),
    "node_function": ("F", "nodejs22.x"),
    "polling_pipeline": ("Pipeline", "TemplateSource", "PollForSourceChanges"),
    "rotation": ("AWS::SecretsManager::RotationSchedule",),
    "sam_canary": ("AWS::CodeDeploy::Application",),
    "sam_httpapi": ("AWS::ApiGatewayV2::Api",),
    "scheduler": ("AWS::Scheduler::Schedule",),
    "sfn_dynamodb": ("Machine", "dynamodb:putItem"),
    "sfn_express": ("Machine", "EXPRESS"),
    "site": ("AWS::CloudFront::Distribution",),
    "stackset": ("AWS::CloudFormation::StackSet",),
    "vpc": ("AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::Instance"),
}


@pytest.fixture(params=sorted(REFUSED))
def template(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def refusal(stranger: Stranger, operation: str, template: str, **options: Any) -> str:
    """What CloudFormation says, at once; and no stack is left."""
    cloudformation = stranger.client("cloudformation")
    body = (FOREIGN / "refused" / f"{template}.yaml").read_text()
    name = stranger.name(template.replace("_", "-"))
    with pytest.raises(ClientError) as caught:
        getattr(cloudformation, operation)(StackName=name, TemplateBody=body, Capabilities=CAPABILITIES, **options)
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    pages = cloudformation.get_paginator("list_stacks").paginate()
    assert name not in [stack["StackName"] for page in pages for stack in page["StackSummaries"]]
    return str(caught.value.response["Error"]["Message"])


def test_create_stack_names_what_is_not_executed(stranger: Stranger, template: str) -> None:
    message = refusal(stranger, "create_stack", template)
    assert [name for name in REFUSED[template] if name not in message] == [], message


def test_create_change_set_names_what_is_not_executed(stranger: Stranger, template: str) -> None:
    options = {"ChangeSetName": "first", "ChangeSetType": "CREATE"}
    message = refusal(stranger, "create_change_set", template, **options)
    assert [name for name in REFUSED[template] if name not in message] == [], message


def test_every_template_is_tried() -> None:
    assert {path.stem for path in (FOREIGN / "refused").glob("*.yaml")} == set(REFUSED)
