"""What pipelines say no with.

    AwsError           ValidationException, ResourceNotFound, ConflictException: the caller's
    StepFailed         the step ends as Failed; the text is its FailureReason
    StepStopped        the step ends as Stopped, because the execution is being stopped

docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html (Errors)
"""

from __future__ import annotations

from slipway.engine.errors import AwsError


class StepFailed(Exception):
    """The step failed; `kind` is the retry policy's name of the exception, empty for one that is never retried."""

    def __init__(self, reason: str, kind: str = "") -> None:
        super().__init__(reason)
        self.kind = kind


class StepStopped(Exception):
    """The step was stopped with its execution."""


def unparsable(reason: str) -> AwsError:
    """SageMaker's refusal of a definition, in the words that its users report."""
    return AwsError("ValidationException", f"Unable to parse pipeline definition. {reason}", status=400)


def refused(where: str, what: str) -> AwsError:
    """What SageMaker would take and this engine does not execute."""
    return AwsError(
        "UnsupportedOperation", f"CreatePipeline: {where}: {what} is not executed by this engine", status=400
    )


def missing_pipeline(arn: str) -> AwsError:
    """No such pipeline."""
    return AwsError("ResourceNotFound", f"Pipeline '{arn}' does not exist.", status=400)


def missing_execution(arn: str) -> AwsError:
    """No such execution."""
    return AwsError("ResourceNotFound", f"Pipeline execution with ARN {arn} does not exist.", status=400)


def conflict(message: str) -> AwsError:
    """ConflictException."""
    return AwsError("ConflictException", message, status=400)
