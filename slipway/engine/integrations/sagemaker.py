"""SageMaker: https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html."""

from __future__ import annotations

from functools import partial
from typing import Any

from slipway.engine.integrations import api, convert, sdk
from slipway.engine.integrations.sync import Answer, Job, outcome
from slipway.engine.integrations.task import Integration, TaskCall, TaskFailed

_RUNNING = frozenset({"InProgress", "Stopping", "Pending"})
# action: the noun of the job's API, and the kind of job in the managed rule's name
_JOBS = {
    "createTrainingJob": ("TrainingJob", "TrainingJobs"),
    "createProcessingJob": ("ProcessingJob", "ProcessingJobs"),
    "createTransformJob": ("TransformJob", "TransformJobs"),
    "createHyperParameterTuningJob": ("HyperParameterTuningJob", "TuningJobs"),
}
_REQUESTS = (*_JOBS, "createModel", "createEndpointConfig", "createEndpoint", "updateEndpoint")


def _call(action: str, call: TaskCall, arguments: dict[str, Any]) -> Any:
    return api.call(
        call.caller,
        "sagemaker",
        action,
        arguments,
        base_error="AmazonSageMakerException",
        stamp=convert.epoch_milliseconds,
    )


def _request(action: str, call: TaskCall) -> Any:
    return _call(action, call, call.arguments)


def _start(action: str, call: TaskCall) -> Answer:
    answer: Answer = _request(action, call)
    return answer


def _named(noun: str, call: TaskCall) -> dict[str, Any]:
    return {f"{noun}Name": call.arguments[f"{noun}Name"]}


def _describe(noun: str, call: TaskCall, started: Answer) -> Answer:
    del started
    description: Answer = _call(f"describe{noun}", call, _named(noun, call))
    return description


def _stop(noun: str, call: TaskCall, started: Answer) -> None:
    """Stop the job; one that ended by itself meanwhile is as good as stopped."""
    del started
    try:
        _call(f"stop{noun}", call, _named(noun, call))
    except TaskFailed as error:
        if "ValidationException" not in error.cause and error.error != "SageMaker.AmazonSageMakerException":
            raise


def _accepts(action: str, argument: str) -> bool:
    """Whether the API has that member; the SDK integration knows the API's model."""
    found = sdk.find(f"sagemaker:{action}")
    return found is None or found.accepts(argument)


def _job(action: str, noun: str) -> Job:
    return Job(
        start=partial(_start, action),
        describe=partial(_describe, noun),
        status=outcome(f"{noun}Status", "Completed", _RUNNING),
        stop=partial(_stop, noun),
    )


INTEGRATIONS = {
    **{
        f"sagemaker:{action}": Integration(run=partial(_request, action), accepts=partial(_accepts, action))
        for action in _REQUESTS
    },
    **{
        f"sagemaker:{action}.sync": Integration(
            run=_job(action, noun).run,
            accepts=partial(_accepts, action),
            managed_rule=f"StepFunctionsGetEventsForSageMaker{kind}Rule",
        )
        for action, (noun, kind) in _JOBS.items()
    },
}
