"""The errors of calls that a rule hits, as each service answers them when it has too many, or a fault of its own.

docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and each service's page of that name
docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (SlowDown, InternalError)
docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (TooManyRequestsException, ServiceException)
docs.aws.amazon.com/apigateway/latest/api/API_GetRestApis.html (TooManyRequestsException)
docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html (RequestThrottled)
docs.aws.amazon.com/glue/latest/webapi/API_StartJobRun.html (InternalServiceException)
docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html (ResourceLimitExceeded)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from botocore.model import OperationModel, ServiceModel

from slipway.engine.errors import AwsError

LIMIT: Final = "ResourceLimitExceeded"
_RATE: Final = "Rate exceeded"
_THROTTLED: Final[Mapping[str, tuple[str, str, int]]] = {
    "apigateway": ("TooManyRequestsException", "Too Many Requests", 429),
    "lambda": ("TooManyRequestsException", _RATE, 429),
    "s3": ("SlowDown", "Please reduce your request rate.", 503),
    "sqs": ("RequestThrottled", "The request was denied due to request throttling.", 400),
}
_FAULTS: Final[Mapping[str, tuple[str, str]]] = {
    "glue": ("InternalServiceException", "An internal service error occurred."),
    "lambda": ("ServiceException", "The service encountered an internal error."),
    "s3": ("InternalError", "We encountered an internal error. Please try again."),
}
_FAULT: Final = (
    "InternalFailure",
    "The request processing has failed because of an unknown error, exception or failure.",
)


def throttled(model: ServiceModel) -> AwsError:
    """Too many calls."""
    own = _THROTTLED.get(model.service_name)
    if own is not None:
        code, message, status = own
        return AwsError(code, message, status=status)
    code = "Throttling" if model.metadata["protocol"] == "query" else "ThrottlingException"
    return AwsError(code, _RATE, status=400)


def failed(model: ServiceModel) -> AwsError:
    """A fault of the service's."""
    code, message = _FAULTS.get(model.service_name, _FAULT)
    return AwsError(code, message, status=500)


def has_limit(operation: OperationModel) -> bool:
    """Whether the operation can run into a quota of SageMaker's."""
    return any(shape.name == LIMIT for shape in operation.error_shapes)


def limited(operation: OperationModel) -> AwsError:
    """A quota of the account's is used up."""
    message = (
        f"The account-level service limit for {operation.name} is 0 Instances, with current utilization of 0 Instances"
        " and a request delta of 1 Instances. Please use AWS Service Quotas to request an increase for this quota."
    )
    return AwsError(LIMIT, message, status=400)
