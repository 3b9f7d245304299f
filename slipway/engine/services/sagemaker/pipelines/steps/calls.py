"""A step's calls under the pipeline's role, and what their failures are called in retry policies.

docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html
"""

from __future__ import annotations

from datetime import date
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker.pipelines import retries
from slipway.engine.services.sagemaker.pipelines.errors import StepFailed
from slipway.engine.services.sagemaker.pipelines.step_run import StepRun


def call(run: StepRun, operation: str, **members: Any) -> dict[str, Any]:
    """One of SageMaker's operations; its answer as JSON has it. StepFailed names the operation that failed."""
    try:
        answer: dict[str, Any] = plain(getattr(run.caller.client("sagemaker"), xform_name(operation))(**members))
    except ClientError as error:
        raise invocation_failed(f"sagemaker:{operation}", error.response["Error"]["Message"], _kind(error)) from error
    except (BotoCoreError, AwsError) as error:
        raise invocation_failed(f"sagemaker:{operation}", str(error)) from error
    return answer


def invocation_failed(what: str, details: str, kind: str = "") -> StepFailed:
    """The failure of a call that a step makes."""
    return StepFailed(f"ClientError: Failed to invoke {what}. Error Details: {details}", kind)


def _kind(error: ClientError) -> str:
    code = error.response["Error"]["Code"]
    if "Throttl" in code or "TooManyRequests" in code:
        return retries.THROTTLING
    if code == "ResourceLimitExceeded":
        return retries.RESOURCE_LIMIT
    return retries.SERVICE_FAULT if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500 else ""


def plain(value: Any) -> Any:
    """An answer as JSON has it: times as texts, without what is about the answer itself."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key != "ResponseMetadata"}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
