"""What local-engine.md says is refused by name is refused, by that name; and each of its sentences was tried."""

from __future__ import annotations

import pytest

from tests.engine.refusals import (
    apigateway,
    application_autoscaling,
    autopilot,
    aws_images,
    cloudformation,
    cloudwatch,
    codebuild,
    codecommit,
    codepipeline,
    docker,
    events,
    glue,
    iam,
    lambda_,
    logs,
    notifications,
    paragraphs,
    parameters,
    sagemaker,
    sagemaker_pipelines,
    service_quotas,
    stepfunctions,
)
from tests.engine.refusals.attempt import Attempt, World

pytestmark = pytest.mark.specification("docs.aws.amazon.com/general/latest/gr/aws-service-information.html")

SECTIONS = {
    "API Gateway": apigateway.ATTEMPTS,
    "Application Auto Scaling": application_autoscaling.ATTEMPTS,
    "CloudFormation": cloudformation.ATTEMPTS,
    "CloudWatch": cloudwatch.ATTEMPTS,
    "CloudWatch Logs": logs.ATTEMPTS,
    "CodeBuild": codebuild.ATTEMPTS,
    "CodeCommit": codecommit.ATTEMPTS,
    "CodePipeline": codepipeline.ATTEMPTS,
    "ECR and `docker`": docker.ATTEMPTS,
    "EventBridge": events.ATTEMPTS,
    "Glue": glue.ATTEMPTS,
    "IAM and STS": iam.ATTEMPTS,
    "Images that AWS owns": aws_images.ATTEMPTS,
    "Lambda": lambda_.ATTEMPTS,
    "Notifications of S3 and SNS": notifications.ATTEMPTS,
    "S3, KMS, SNS, SSM, Secrets Manager": parameters.ATTEMPTS,
    "SageMaker": sagemaker.ATTEMPTS,
    "SageMaker Autopilot and AutoGluon's images": autopilot.ATTEMPTS,
    "SageMaker Pipelines": sagemaker_pipelines.ATTEMPTS,
    "Service Quotas": service_quotas.ATTEMPTS,
    "Step Functions": stepfunctions.ATTEMPTS,
}
EACH = [pytest.param(attempt, id=f"{title}: {attempt.item}") for title, found in SECTIONS.items() for attempt in found]


@pytest.mark.parametrize("attempt", EACH)
def test_what_the_docs_say_is_refused_is_refused_by_name(attempt: Attempt, world: World) -> None:
    assert attempt.says in attempt.act(world)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_item_of_a_section_was_tried_and_no_other(section: str) -> None:
    assert set(paragraphs.refused()[section]) == {attempt.item for attempt in SECTIONS[section]}


def test_every_section_that_refuses_something_was_tried() -> None:
    assert set(paragraphs.refused()) == set(SECTIONS)
