"""What AWS tells of an install whose production may have a test on."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.response import StreamingBody

from slipway.ab.production import Production
from tests.slipway.stubs import Aws

GROUP = "arn:aws:sagemaker:us-east-1:111122223333:model-package/churn"
ROLE = "arn:aws:iam::111122223333:role/churn-production"
PARAMETERS = {
    "ArtifactBucket": "bucket",
    "ModelTemplate": "models/churn/1.json",
    "ModelPackageArn": f"{GROUP}/1",
    "ModelDataUrl": "s3://bucket/runs/one/train/model.tar.gz",
    "Run": "s3://bucket/runs/one",
    "Commit": "c1",
    "CandidateModelTemplate": "",
    "CandidateModelPackageArn": "",
    "CandidateInstanceCount": "1",
    "CandidateWeight": "0",
    "ChampionWeight": "1",
    "GuardDeployment": "true",
    "DataUri": "config/data/churn.csv",
    "DataVersion": "v1",
}
ON = {"CandidateModelTemplate": "models/churn/2.json", "CandidateModelPackageArn": f"{GROUP}/2"}
OUTPUTS = {"EndpointName": "churn-production"}
DATASET = {"columns": [{"name": "plan", "type": "category"}], "target": "churn", "task": "binary"}
SINCE = datetime(2026, 11, 21, 9, 30, 15, tzinfo=UTC)


def production(aws: Aws, **changes: str) -> Production:
    """The production stack with some parameters changed."""
    return Production(aws.install(), "churn-production", {**PARAMETERS, **changes}, OUTPUTS, ROLE)


def stack(status: str, **changes: str) -> dict[str, Any]:
    """DescribeStacks of it."""
    return {
        "Stacks": [
            {
                "StackName": "churn-production",
                "StackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/churn-production/1",
                "StackStatus": status,
                "CreationTime": SINCE,
                "RoleARN": ROLE,
                "Parameters": [
                    {"ParameterKey": name, "ParameterValue": value} for name, value in {**PARAMETERS, **changes}.items()
                ],
                "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in OUTPUTS.items()],
            }
        ]
    }


def deploys(aws: Aws, status: str = "Succeeded") -> None:
    """How the newest run in stage Production stands."""
    execution = {"pipelineExecutionId": "11111111-2222-3333-4444-555555555555", "status": status}
    state = {"pipelineName": "churn", "stageStates": [{"stageName": "Production", "latestExecution": execution}]}
    aws.answer("codepipeline.get_pipeline_state", state)


def has_object(aws: Aws, key: str, document: Mapping[str, Any]) -> None:
    """A document in the bucket."""
    body = json.dumps(document).encode()
    stream = StreamingBody(io.BytesIO(body), len(body))
    aws.answer("s3.get_object", {"Body": stream}, {"Bucket": "bucket", "Key": key})


def has_execution(aws: Aws, run: str, **dataset: Any) -> None:
    """What a run was told."""
    document = {
        "commit": f"commit-{run}",
        "dataVersion": f"version-{run}",
        "sourceUri": "config/data/churn.csv",
        "config": {"dataset": {**DATASET, **dataset}},
    }
    has_object(aws, f"runs/{run}/execution.json", document)


def has_package(aws: Aws, number: int, status: str = "Approved", **members: str) -> None:
    """A version of the package group."""
    answer = {
        "ModelPackageName": "churn",
        "ModelPackageArn": f"{GROUP}/{number}",
        "CreationTime": SINCE,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "ModelApprovalStatus": status,
        "CustomerMetadataProperties": {"trainingKey": f"key-{number}"},
        **members,
    }
    aws.answer("sagemaker.describe_model_package", answer, {"ModelPackageName": f"{GROUP}/{number}"})


def has_candidate(aws: Aws, status: str = "Approved", **members: Any) -> None:
    """Version 2, and what its run left."""
    has_package(aws, 2, status, **members)
    result = {
        "modelPackageArn": f"{GROUP}/2",
        "modelDataUrl": "s3://bucket/runs/two/train/model.tar.gz",
        "run": "s3://bucket/runs/two",
    }
    has_object(aws, "results/key-2.json", result)
    aws.answer("s3.head_object", {}, {"Bucket": "bucket", "Key": "models/churn/2.json"})


def has_endpoint(aws: Aws, status: str = "InService", *, captures: bool = True, **weights: float) -> None:
    """The endpoint with variants of these weights."""
    variants = [
        {"VariantName": name, "CurrentWeight": weight, "CurrentInstanceCount": 1} for name, weight in weights.items()
    ]
    capture = {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 20,
        "DestinationS3Uri": "s3://bucket/capture/production",
        "KmsKeyId": "key",
    }
    answer = {
        "EndpointName": "churn-production",
        "EndpointArn": "arn:aws:sagemaker:us-east-1:111122223333:endpoint/churn-production",
        "EndpointConfigName": "config",
        "EndpointStatus": status,
        "CreationTime": SINCE,
        "LastModifiedTime": SINCE,
        "ProductionVariants": variants,
        **({"DataCaptureConfig": capture} if captures else {}),
        **({"FailureReason": "the instance did not start"} if status == "Failed" else {}),
    }
    aws.answer("sagemaker.describe_endpoint", answer, {"EndpointName": "churn-production"})


def has_config(aws: Aws) -> None:
    """The endpoint's configuration."""
    answer = {
        "EndpointConfigName": "config",
        "EndpointConfigArn": "arn:aws:sagemaker:us-east-1:111122223333:endpoint-config/config",
        "ProductionVariants": [{"VariantName": "default", "ModelName": "model"}],
        "CreationTime": SINCE,
    }
    aws.answer("sagemaker.describe_endpoint_config", answer, {"EndpointConfigName": "config"})


def expect_update(aws: Aws, changes: Mapping[str, str], status: str = "UPDATE_COMPLETE", *, warns: str = "") -> None:
    """One update of the stack that changes these parameters, and how it ends; of what the engine warns meanwhile."""
    event = {
        "StackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/churn-production/1",
        "EventId": "before",
        "StackName": "churn-production",
        "LogicalResourceId": "churn-production",
        "ResourceType": "AWS::CloudFormation::Stack",
        "ResourceStatus": "UPDATE_COMPLETE",
        "Timestamp": SINCE,
    }
    failed = event | {
        "EventId": "failed",
        "LogicalResourceId": "Serving",
        "ResourceStatus": "UPDATE_FAILED",
        "ResourceStatusReason": "the container does not start",
    }
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": [event]})
    request = {
        "StackName": "churn-production",
        "UsePreviousTemplate": True,
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": changes[name]}
            if name in changes
            else {"ParameterKey": name, "UsePreviousValue": True}
            for name in PARAMETERS
        ],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        "RoleARN": ROLE,
    }
    aws.answer("cloudformation.update_stack", {"StackId": event["StackId"]}, request)
    aws.answer("cloudformation.describe_stacks", stack(status))
    warned = event | {
        "EventId": "warned",
        "LogicalResourceId": "Stage",
        "ResourceStatus": "UPDATE_IN_PROGRESS",
        "ResourceStatusReason": f"Local engine: {warns}",
    }
    events = [*([failed] if status != "UPDATE_COMPLETE" else []), *([warned] if warns else []), event]
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": events})
    aws.answer("cloudformation.describe_stacks", stack(status))
