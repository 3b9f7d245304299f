"""What no stack removes: jobs that go on, endpoints made by hand under the install's name, late logs, kept packages.

docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteRepository.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from botocore.exceptions import ClientError

from slipway.destroy import packages
from slipway.destroy.inventory import Item
from slipway.target import Target

# Several services say it their own way that something is gone, or has ended, already.
_GONE = (
    *("ResourceNotFound", "ResourceNotFoundException", "ObjectNotFoundException", "ValidationException"),
    "RepositoryNotFoundException",
)


def _call(service: str, operation: str, parameter: str) -> Callable[[Target, str], Any]:
    return lambda target, name: getattr(target.client(service), operation)(**{parameter: name})


def _deregister(target: Target, endpoint: str) -> None:
    """An endpoint that is deleted by hand leaves them behind, for its next namesake to be scaled by."""
    scaling, sagemaker = target.client("application-autoscaling"), {"ServiceNamespace": "sagemaker"}
    for page in scaling.get_paginator("describe_scalable_targets").paginate(**sagemaker):
        for one in page["ScalableTargets"]:
            if one["ResourceId"].split("/")[1] == endpoint:
                place = {name: one[name] for name in ("ResourceId", "ScalableDimension")}
                scaling.deregister_scalable_target(**sagemaker, **place)


def _delete_images(target: Target, repository: str) -> None:
    target.client("ecr").delete_repository(repositoryName=repository, force=True)


_REMOVALS: dict[str, Callable[[Target, str], Any]] = {
    "processing job": _call("sagemaker", "stop_processing_job", "ProcessingJobName"),
    "training job": _call("sagemaker", "stop_training_job", "TrainingJobName"),
    "tuning job": _call("sagemaker", "stop_hyper_parameter_tuning_job", "HyperParameterTuningJobName"),
    "transform job": _call("sagemaker", "stop_transform_job", "TransformJobName"),
    "AutoML job": _call("sagemaker", "stop_auto_ml_job", "AutoMLJobName"),
    "endpoint": _call("sagemaker", "delete_endpoint", "EndpointName"),
    "endpoint configuration": _call("sagemaker", "delete_endpoint_config", "EndpointConfigName"),
    "model": _call("sagemaker", "delete_model", "ModelName"),
    "scalable target": _deregister,
    "model package group": packages.remove,
    "image repository": _delete_images,
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
