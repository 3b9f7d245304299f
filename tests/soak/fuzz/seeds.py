"""What the fuzz makes of its own before it begins: one of each kind of thing, for operations to find."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from tests.soak.fuzz.names import MACHINE, TEMPLATE

Seed = tuple[str, str, dict[str, Any]]
ROLE = "arn:aws:iam::111122223333:role/fuzz"
_PRINCIPALS = ("lambda", "states", "codebuild", "codepipeline", "sagemaker", "events", "apigateway", "glue")
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": [f"{name}.amazonaws.com" for name in _PRINCIPALS]},
            "Action": "sts:AssumeRole",
        }
    ],
}
_CODE = "def handler(event, context):\n    return event\n"
_VARIANT = {"VariantName": "fuzz", "ModelName": "fuzz", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


def _zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", _CODE)
    return content.getvalue()


def seeds() -> list[Seed]:
    """Calls, in this order; what one of them needs is made by those before."""
    project = {
        "name": "fuzz",
        "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases: {build: {commands: ['true']}}"},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        "serviceRole": ROLE,
    }
    return [
        ("iam", "CreateRole", {"RoleName": "fuzz", "AssumeRolePolicyDocument": json.dumps(_TRUST)}),
        ("iam", "CreateUser", {"UserName": "fuzz"}),
        ("s3", "CreateBucket", {"Bucket": "fuzz-bucket"}),
        ("s3", "PutObject", {"Bucket": "fuzz-bucket", "Key": "fuzz/one", "Body": b"one"}),
        (
            "lambda",
            "CreateFunction",
            {
                "FunctionName": "fuzz",
                "Runtime": "python3.13",
                "Role": ROLE,
                "Handler": "index.handler",
                "Code": {"ZipFile": _zip()},
            },
        ),
        ("lambda", "PublishVersion", {"FunctionName": "fuzz"}),
        ("lambda", "CreateAlias", {"FunctionName": "fuzz", "Name": "fuzz", "FunctionVersion": "1"}),
        ("sqs", "CreateQueue", {"QueueName": "fuzz"}),
        ("sns", "CreateTopic", {"Name": "fuzz"}),
        ("kms", "CreateKey", {}),
        ("secretsmanager", "CreateSecret", {"Name": "fuzz", "SecretString": "fuzz"}),
        ("ssm", "PutParameter", {"Name": "/fuzz/one", "Value": "1", "Type": "String"}),
        ("logs", "CreateLogGroup", {"logGroupName": "fuzz"}),
        ("logs", "CreateLogStream", {"logGroupName": "fuzz", "logStreamName": "fuzz"}),
        ("events", "CreateEventBus", {"Name": "fuzz"}),
        ("events", "PutRule", {"Name": "fuzz", "EventPattern": json.dumps({"source": ["fuzz"]})}),
        ("stepfunctions", "CreateStateMachine", {"name": "fuzz", "definition": json.dumps(MACHINE), "roleArn": ROLE}),
        ("codecommit", "CreateRepository", {"repositoryName": "fuzz"}),
        (
            "codecommit",
            "PutFile",
            {"repositoryName": "fuzz", "branchName": "fuzz", "filePath": "fuzz/one", "fileContent": b"one"},
        ),
        ("codebuild", "CreateProject", project),
        ("ecr", "CreateRepository", {"repositoryName": "fuzz"}),
        ("cloudformation", "CreateStack", {"StackName": "fuzz", "TemplateBody": json.dumps(TEMPLATE)}),
        ("cloudwatch", "PutMetricData", {"Namespace": "fuzz", "MetricData": [{"MetricName": "fuzz", "Value": 1.0}]}),
        (
            "cloudwatch",
            "PutMetricAlarm",
            {
                "AlarmName": "fuzz",
                "Namespace": "fuzz",
                "MetricName": "fuzz",
                "Statistic": "Sum",
                "Period": 60,
                "EvaluationPeriods": 1,
                "Threshold": 1.0,
                "ComparisonOperator": "GreaterThanThreshold",
            },
        ),
        ("apigateway", "CreateRestApi", {"name": "fuzz"}),
        ("apigateway", "CreateUsagePlan", {"name": "fuzz"}),
        ("apigateway", "CreateApiKey", {"name": "fuzz"}),
        ("sagemaker", "CreateModelPackageGroup", {"ModelPackageGroupName": "fuzz"}),
        ("sagemaker", "CreateEndpointConfig", {"EndpointConfigName": "fuzz", "ProductionVariants": [_VARIANT]}),
        (
            "application-autoscaling",
            "RegisterScalableTarget",
            {
                "ServiceNamespace": "sagemaker",
                "ResourceId": "endpoint/fuzz/variant/fuzz",
                "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
                "MinCapacity": 1,
                "MaxCapacity": 1,
            },
        ),
        ("glue", "CreateWorkflow", {"Name": "fuzz"}),
    ]
