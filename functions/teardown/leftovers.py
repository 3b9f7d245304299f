"""What is in no stack: jobs that a workflow's scripts started, endpoints of the direct flow and of checks, packages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

import boto3
from botocore.exceptions import ClientError

from waiting import Context, look_again

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

SAGEMAKER: Final[SageMakerClient] = boto3.client("sagemaker")
# What the state machine makes of an execution's id.
_ID: Final = "[0-9a-f]{16}"


def stop_jobs(prefix: str) -> None:
    """Stop the jobs of an install that go on; a workflow's run that is stopped leaves its own going."""
    for name in processing_jobs(prefix, "InProgress"):
        unless_ended(partial(SAGEMAKER.stop_processing_job, ProcessingJobName=name))
    for name in training_jobs(prefix, "InProgress"):
        unless_ended(partial(SAGEMAKER.stop_training_job, TrainingJobName=name))


def await_jobs(prefix: str, context: Context) -> None:
    """Wait for jobs that are being stopped: they write what they have under their role, which is to be there."""
    while processing_jobs(prefix, "Stopping") or training_jobs(prefix, "Stopping"):
        look_again(context)


def processing_jobs(prefix: str, status: Literal["InProgress", "Stopping"]) -> list[str]:
    """The install's processing jobs of a status."""
    pages = SAGEMAKER.get_paginator("list_processing_jobs").paginate(NameContains=prefix, StatusEquals=status)
    return ours(prefix, (job["ProcessingJobName"] for page in pages for job in page["ProcessingJobSummaries"]))


def training_jobs(prefix: str, status: Literal["InProgress", "Stopping"]) -> list[str]:
    """The install's training jobs of a status."""
    pages = SAGEMAKER.get_paginator("list_training_jobs").paginate(NameContains=prefix, StatusEquals=status)
    return ours(prefix, (job["TrainingJobName"] for page in pages for job in page["TrainingJobSummaries"]))


def ours(prefix: str, names: Iterable[str]) -> list[str]:
    """Those that an execution of this install names so; another install's may contain its name."""
    pattern = re.compile(rf"{prefix}-(prepare|train|evaluate)-{_ID}-\d+")
    return [name for name in names if pattern.fullmatch(name)]


def unless_ended(stop: Callable[[], Any]) -> None:
    """Stop a job, unless it has ended meanwhile."""
    try:
        stop()
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationException":
            raise


def remove_endpoints(prefix: str) -> None:
    """Delete what the direct flow deployed, and what a workflow that was stopped had no time to remove."""
    remove(f"{prefix}-direct", re.compile(rf"{prefix}-direct(-.+)?").fullmatch)
    remove(f"{prefix}-check-", re.compile(rf"{prefix}-check-{_ID}").fullmatch)


def remove(part: str, is_ours: Callable[[str], Any]) -> None:
    """Delete endpoints, configurations and models whose names have a part and are ours."""
    for page in SAGEMAKER.get_paginator("list_endpoints").paginate(NameContains=part):
        for endpoint in page["Endpoints"]:
            if is_ours(endpoint["EndpointName"]) and endpoint["EndpointStatus"] != "Deleting":
                SAGEMAKER.delete_endpoint(EndpointName=endpoint["EndpointName"])
    for configs in SAGEMAKER.get_paginator("list_endpoint_configs").paginate(NameContains=part):
        for config in configs["EndpointConfigs"]:
            if is_ours(config["EndpointConfigName"]):
                SAGEMAKER.delete_endpoint_config(EndpointConfigName=config["EndpointConfigName"])
    for models in SAGEMAKER.get_paginator("list_models").paginate(NameContains=part):
        for model in models["Models"]:
            if is_ours(model["ModelName"]):
                SAGEMAKER.delete_model(ModelName=model["ModelName"])


def is_kept(group: str) -> bool:
    """Whether somebody has said by the tag `Keep` that a package group outlives its stack."""
    try:
        arn = SAGEMAKER.describe_model_package_group(ModelPackageGroupName=group)["ModelPackageGroupArn"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationException":
            raise
        return False  # an earlier deletion of the stack got this far
    pages = SAGEMAKER.get_paginator("list_tags").paginate(ResourceArn=arn)
    return any(tag == {"Key": "Keep", "Value": "true"} for page in pages for tag in page["Tags"])


def empty_package_groups(groups: Iterable[str]) -> None:
    """Delete the versions of package groups: a group that has any is not deleted."""
    for group in groups:
        pages = SAGEMAKER.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group)
        for package in [package for page in pages for package in page["ModelPackageSummaryList"]]:
            SAGEMAKER.delete_model_package(ModelPackageName=package["ModelPackageArn"])
