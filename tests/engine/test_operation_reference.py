"""docs/engine-operations.md and docs/local-engine.md, against what the dispatcher serves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from slipway.engine import operation_reference

pytestmark = pytest.mark.specification("docs.aws.amazon.com/general/latest/gr/aws-service-information.html")

DOCS = Path(__file__).parents[2] / "docs"
# What a section's heading calls a service of botocore's.
NAMES = {
    "apigateway": "API Gateway",
    "application-autoscaling": "Application Auto Scaling",
    "cloudformation": "CloudFormation",
    "cloudwatch": "CloudWatch",
    "codebuild": "CodeBuild",
    "codecommit": "CodeCommit",
    "codepipeline": "CodePipeline",
    "ecr": "ECR",
    "events": "EventBridge",
    "glue": "Glue",
    "iam": "IAM",
    "kms": "KMS",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "s3": "S3",
    "sagemaker": "SageMaker",
    "sagemaker-runtime": "SageMaker",
    "secretsmanager": "Secrets Manager",
    "service-quotas": "Service Quotas",
    "sns": "SNS",
    "sqs": "SQS",
    "ssm": "SSM",
    "stepfunctions": "Step Functions",
    "sts": "STS",
}
# The toolbox of builds, which has a section with the registry, and the larger parts of SageMaker.
NOT_SERVICES = {"`docker`", "SageMaker Pipelines", "Images that AWS owns", "SageMaker Autopilot", "AutoGluon's images"}


def headings() -> set[str]:
    """The services that the sections of local-engine.md are about."""
    titles = re.findall(r"^## (.+)$", (DOCS / "local-engine.md").read_text(encoding="utf-8"), re.MULTILINE)
    return {
        name.removeprefix("Notifications of ") for title in titles for name in re.split(r", | and ", title)
    } - NOT_SERVICES


def test_the_page_of_operations_is_what_the_dispatcher_serves() -> None:
    page = (DOCS / "engine-operations.md").read_text(encoding="utf-8")
    command = "python -m slipway.engine.operation_reference > docs/engine-operations.md"
    assert page == operation_reference.render(), f"run `{command}`"


def test_every_service_that_is_served_has_a_name_in_the_docs() -> None:
    assert set(operation_reference.executed()) == set(NAMES)


def test_every_service_that_is_served_has_a_section_and_every_section_a_service() -> None:
    assert headings() == set(NAMES.values())
