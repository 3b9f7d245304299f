"""Step Functions' spelling."""

from __future__ import annotations

import botocore.session
import pytest
from botocore.model import ServiceModel

from slipway.engine.integrations import find, naming, sdk

pytestmark = pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html")


def model(service: str) -> ServiceModel:
    return botocore.session.Session().get_service_model(service)


@pytest.mark.parametrize(
    ("name", "pascal"),
    [
        ("stateMachineArn", "StateMachineArn"),
        ("DBClusterNotFound", "DbClusterNotFound"),
        ("ETag", "ETag"),
        ("S3OutputPath", "S3OutputPath"),
        ("SSEKMSKeyId", "SsekmsKeyId"),
        ("DynamoDB", "DynamoDb"),
        ("Application Auto Scaling", "ApplicationAutoScaling"),
    ],
)
def test_names_are_written_in_pascal_case(name: str, pascal: str) -> None:
    assert naming.pascal(name) == pascal


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("stateMachineArn", "StateMachineArn"),
        ("DBInstanceIdentifier", "DbInstanceIdentifier"),
        ("SSEKMSKeyId", "SsekmsKeyId"),
        ("ETag", "ETag"),
        ("S3OutputPath", "S3OutputPath"),
        ("AutoMLJobName", "AutoMLJobName"),
        ("EnableIAMDatabaseAuthentication", "EnableIAMDatabaseAuthentication"),
        ("ARN", "Arn"),
        ("VpcId", "VpcId"),
    ],
)
def test_members_keep_the_capitals_inside_them(name: str, member: str) -> None:
    assert naming.member(name) == member


@pytest.mark.parametrize(
    ("service", "code", "error"),
    [
        ("s3", "NoSuchKey", "S3.NoSuchKeyException"),
        ("s3", "BucketAlreadyExists", "S3.BucketAlreadyExistsException"),
        ("ssm", "ParameterNotFound", "Ssm.ParameterNotFoundException"),
        ("acm-pca", "ResourceNotFoundException", "AcmPca.ResourceNotFoundException"),
        ("rds", "DBClusterNotFoundFault", "Rds.DbClusterNotFoundException"),
        ("sagemaker", "ValidationException", "SageMaker.SageMakerException"),
        ("codepipeline", "PipelineNotFoundException", "CodePipeline.PipelineNotFoundException"),
    ],
)
def test_errors_are_called_after_service_and_exception(service: str, code: str, error: str) -> None:
    assert naming.error_name(model(service), code) == error


def test_an_optimized_integration_has_its_own_name_for_the_rest() -> None:
    name = naming.error_name(model("sagemaker"), "ThrottlingException", base="AmazonSageMakerException")
    assert name == "SageMaker.AmazonSageMakerException"


@pytest.mark.parametrize(
    ("service", "botocore_name"),
    [
        ("sfn", "stepfunctions"),
        ("cloudwatchlogs", "logs"),
        ("eventbridge", "events"),
        ("sagemakerruntime", "sagemaker-runtime"),
        ("s3", "s3"),
        ("logs", None),
        ("nosuch", None),
    ],
)
def test_services_go_by_the_name_of_their_sdk(service: str, botocore_name: str | None) -> None:
    assert sdk.botocore_service(service) == botocore_name


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:::sagemaker:createTrainingJob.sync",
        "arn:aws:states:::codebuild:startBuild.sync",
        "arn:aws:states:::states:startExecution.sync:2",
        "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "arn:aws:states:::aws-sdk:codepipeline:getPipelineState",
    ],
)
def test_a_documented_resource_is_found(resource: str) -> None:
    assert find(resource) is not None


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:::sagemaker:createEndpoint.sync",
        "arn:aws:states:::aws-sdk:s3:getObject.sync",
        "arn:aws:states:::aws-sdk:s3:GetObject",
        "arn:aws:states:::ecs:runTask",
    ],
)
def test_what_step_functions_or_the_engine_does_not_have_is_not_found(resource: str) -> None:
    assert find(resource) is None


def test_arguments_are_known_by_name() -> None:
    integration = find("arn:aws:states:::aws-sdk:sfn:describeExecution")
    assert integration is not None
    assert integration.accepts("ExecutionArn")
    assert not integration.accepts("executionArn")
