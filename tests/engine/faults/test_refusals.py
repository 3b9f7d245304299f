"""The errors that a rule answers with: each service's own, which SDKs know and try again."""

from __future__ import annotations

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.model import ServiceModel
from botocore.retries import standard

from slipway.engine.dispatcher import find_services
from slipway.engine.errors import AwsError
from slipway.engine.executed import SERVED
from slipway.engine.faults import refusals

pytestmark = pytest.mark.specification("docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html")

SERVICES = sorted({*SERVED, *(service.name for service in find_services())})


def retried(model: ServiceModel, error: AwsError) -> bool:
    """Whether botocore's standard mode tries again after such an answer."""
    operation = model.operation_model(model.operation_names[0])
    parsed = {"Error": {"Code": error.code}, "ResponseMetadata": {"HTTPStatusCode": error.status}}
    response = AWSResponse("http://localhost", error.status, {}, None)
    context = standard.RetryContext(1, operation, parsed, response)
    return bool(standard.StandardRetryConditions(max_attempts=2).is_retryable(context))


@pytest.mark.parametrize("service", SERVICES)
def test_a_throttled_call_and_one_that_met_a_fault_are_tried_again_by_sdks(service: str) -> None:
    model = botocore.session.Session().get_service_model(service)
    assert retried(model, refusals.throttled(model))
    assert retried(model, refusals.failed(model))


def test_only_operations_of_sagemaker_that_use_a_quota_have_a_limit() -> None:
    sagemaker = botocore.session.Session().get_service_model("sagemaker")
    assert refusals.has_limit(sagemaker.operation_model("CreateTrainingJob"))
    assert not refusals.has_limit(sagemaker.operation_model("DescribeTrainingJob"))
    assert not retried(sagemaker, refusals.limited(sagemaker.operation_model("CreateTrainingJob")))
