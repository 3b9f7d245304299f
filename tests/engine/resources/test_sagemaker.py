"""SageMaker's CloudFormation types, through stacks."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.conftest import hosted, sagemaker
from tests.engine.services.sagemaker.support import BUCKET, IMAGE, ROLE, Hosted, Sagemaker, eventually, model_archive

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SageMaker.html"
)

__all__ = ["hosted", "sagemaker"]


class Stack:
    """A stack with a model, a configuration and an endpoint."""

    def __init__(self, account: Sagemaker) -> None:
        self.account = account
        self.client = account.client("cloudformation")
        self.name = f"serving-{uuid.uuid4().hex[:8]}"
        self.endpoint = f"{self.name}-endpoint"

    def template(self, text: str, **environment: str) -> str:
        """The template that serves a model answering `text`."""
        url = self.account.put(f"stacks/{self.name}/{text}.tar.gz", model_archive(text))
        container = {"Image": IMAGE, "ModelDataUrl": url, "Environment": environment}
        variant = {
            "VariantName": "AllTraffic",
            "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
            "InitialInstanceCount": 1,
            "InstanceType": "ml.m5.large",
            "InitialVariantWeight": 1,
        }
        resources = {
            "Model": {
                "Type": "AWS::SageMaker::Model",
                "Properties": {"PrimaryContainer": container, "ExecutionRoleArn": ROLE},
            },
            "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": [variant]}},
            "Endpoint": {
                "Type": "AWS::SageMaker::Endpoint",
                "Properties": {
                    "EndpointName": self.endpoint,
                    "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
                    "RetainAllVariantProperties": True,
                    "Tags": [{"Key": "model", "Value": text}],
                },
            },
            "Group": {
                "Type": "AWS::SageMaker::ModelPackageGroup",
                "Properties": {"ModelPackageGroupName": self.name},
            },
        }
        outputs = {name: {"Value": {"Ref": name}} for name in resources}
        return json.dumps({"Resources": resources, "Outputs": outputs})

    def settled(self) -> dict[str, Any]:
        """The stack once nothing is going on."""

        def quiet() -> dict[str, Any] | None:
            found: dict[str, Any] = self.client.describe_stacks(StackName=self.name)["Stacks"][0]
            return None if found["StackStatus"].endswith("_IN_PROGRESS") else found

        result: dict[str, Any] = eventually(quiet, 60)
        return result

    def create(self, text: str, **environment: str) -> dict[str, Any]:
        """Create and wait."""
        self.client.create_stack(StackName=self.name, TemplateBody=self.template(text, **environment))
        return self.settled()

    def update(self, text: str, **environment: str) -> dict[str, Any]:
        """Update and wait."""
        self.client.update_stack(StackName=self.name, TemplateBody=self.template(text, **environment))
        return self.settled()

    def reasons(self) -> str:
        """Why resources failed."""
        events = self.client.describe_stack_events(StackName=self.name)["StackEvents"]
        return "\n".join(event.get("ResourceStatusReason", "") for event in events)

    def exists(self) -> bool:
        """Whether the stack is there."""
        try:
            found = self.client.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError:
            return False
        return bool(found["StackStatus"] != "DELETE_COMPLETE")


@pytest.fixture
def stack(hosted: Hosted) -> Iterator[Stack]:
    made = Stack(hosted.account)
    yield made
    if made.exists():
        made.client.delete_stack(StackName=made.name)
        eventually(lambda: not made.exists())


def test_a_stack_serves_updates_and_deletes(stack: Stack, hosted: Hosted) -> None:
    made = stack.create("one")
    assert made["StackStatus"] == "CREATE_COMPLETE", stack.reasons()
    outputs = {item["OutputKey"]: item["OutputValue"] for item in made["Outputs"]}
    assert outputs["Endpoint"] == f"arn:aws:sagemaker:us-east-1:111122223333:endpoint/{stack.endpoint}"
    assert hosted.invoke(stack.endpoint)["model"] == "one"

    assert stack.update("two")["StackStatus"] == "UPDATE_COMPLETE", stack.reasons()
    assert hosted.invoke(stack.endpoint)["model"] == "two"
    assert hosted.client.list_tags(ResourceArn=outputs["Endpoint"])["Tags"] == [{"Key": "model", "Value": "two"}]

    stack.client.delete_stack(StackName=stack.name)
    eventually(lambda: not stack.exists())
    assert stack.endpoint not in hosted.names()
    assert hosted.client.list_models(NameContains=stack.name)["Models"] == []


def test_a_model_that_does_not_start_rolls_the_update_back(stack: Stack, hosted: Hosted) -> None:
    stack.create("one")
    assert stack.update("two", CRASH="1")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "did not pass the ping health check" in stack.reasons()
    assert hosted.invoke(stack.endpoint)["model"] == "one"


def shaped(stack: Stack, models: dict[str, Any], configuration: dict[str, Any]) -> dict[str, Any]:
    """A stack with a model and an endpoint of these properties, once it is made."""
    variant = {"VariantName": "AllTraffic", "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}
    instances = {"InitialInstanceCount": 1, "InstanceType": "ml.m5.large", "InitialVariantWeight": 1}
    serverless = configuration.pop("ServerlessConfig", None)
    variant |= instances if serverless is None else {"ServerlessConfig": serverless, "InitialVariantWeight": 1}
    types = {
        "Model": {"ExecutionRoleArn": ROLE, **models},
        "EndpointConfig": {"ProductionVariants": [variant], **configuration},
        "Endpoint": {
            "EndpointName": stack.endpoint,
            "EndpointConfigName": {"Fn::GetAtt": ["EndpointConfig", "EndpointConfigName"]},
        },
    }
    resources = {name: {"Type": f"AWS::SageMaker::{name}", "Properties": found} for name, found in types.items()}
    stack.client.create_stack(StackName=stack.name, TemplateBody=json.dumps({"Resources": resources}))
    return stack.settled()


def test_a_stack_serves_an_inference_pipeline_with_many_models(stack: Stack, hosted: Hosted) -> None:
    first = hosted.container("first", "cleaner")
    prefix = f"stacks/{stack.name}"
    hosted.account.put(f"{prefix}/a.tar.gz", model_archive("a"))
    many = {
        "Image": IMAGE,
        "ContainerHostname": "predictor",
        "Mode": "MultiModel",
        "ModelDataUrl": f"s3://{BUCKET}/{prefix}",
        "MultiModelConfig": {"ModelCacheSetting": "Disabled"},
    }
    models = {"Containers": [first, many], "InferenceExecutionConfig": {"Mode": "Serial"}}
    assert shaped(stack, models, {})["StackStatus"] == "CREATE_COMPLETE", stack.reasons()
    told = hosted.invoke(stack.endpoint, TargetModel="a.tar.gz")
    assert (told["model"], json.loads(told["body"])["model"]) == ("a", "first")


def test_a_stack_serves_without_instances(stack: Stack, hosted: Hosted) -> None:
    configuration = {"ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 2}}
    made = shaped(stack, {"PrimaryContainer": hosted.container("one")}, configuration)
    assert made["StackStatus"] == "CREATE_COMPLETE", stack.reasons()
    assert hosted.invoke(stack.endpoint)["model"] == "one"


def test_a_stack_serves_asynchronously(stack: Stack, hosted: Hosted) -> None:
    output = {"S3OutputPath": f"s3://{BUCKET}/{stack.name}"}
    asynchronous = {"OutputConfig": output, "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 2}}
    made = shaped(stack, {"PrimaryContainer": hosted.container("one")}, {"AsyncInferenceConfig": asynchronous})
    assert made["StackStatus"] == "CREATE_COMPLETE", stack.reasons()
    hosted.runtime.invoke_endpoint_async(EndpointName=stack.endpoint, Body=b"x", InferenceId="one")
    assert eventually(lambda: hosted.account.keys(f"{stack.name}/")) == [f"{stack.name}/one.out"]
