"""What no stack removes: jobs that go on, endpoints made by hand under the install's name, late logs, kept packages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from botocore.exceptions import ClientError

from slipway.destroy import packages
from slipway.destroy.inventory import Item
from slipway.target import Target

# Several services say it their own way that something is gone, or has ended, already.
_GONE = ("ResourceNotFound", "ResourceNotFoundException", "ObjectNotFoundException", "ValidationException")


def _call(service: str, operation: str, parameter: str) -> Callable[[Target, str], Any]:
    return lambda target, name: getattr(target.client(service), operation)(**{parameter: name})


_REMOVALS: dict[str, Callable[[Target, str], Any]] = {
    "processing job": _call("sagemaker", "stop_processing_job", "ProcessingJobName"),
    "training job": _call("sagemaker", "stop_training_job", "TrainingJobName"),
    "tuning job": _call("sagemaker", "stop_hyper_parameter_tuning_job", "HyperParameterTuningJobName"),
    "transform job": _call("sagemaker", "stop_transform_job", "TransformJobName"),
    "AutoML job": _call("sagemaker", "stop_auto_ml_job", "AutoMLJobName"),
    "endpoint": _call("sagemaker", "delete_endpoint", "EndpointName"),
    "endpoint configuration": _call("sagemaker", "delete_endpoint_config", "EndpointConfigName"),
    "model": _call("sagemaker", "delete_model", "ModelName"),
    "model package group": packages.remove,
    "log group": _call("logs", "delete_log_group", "logGroupName"),
}


def sweep(target: Target, found: Iterable[Item], say: Callable[[str], None]) -> None:
    """Stop or delete what is of these kinds; the rest is stacks', and stays for the inventory to tell."""
    for item in found:
        removal = _REMOVALS.get(item.kind)
        if removal is None or item.note == "Deleting":
            continue
        say(f"{item.kind} {item.name}: {'stopped' if item.kind.endswith('job') else 'removed'}")
        try:
            removal(target, item.name)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise
