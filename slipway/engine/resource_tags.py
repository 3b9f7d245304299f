"""The tags of a resource, for `aws:ResourceTag/…`: a service of ours is asked by its own operation.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourcetag
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from slipway.engine.errors import AwsError
from slipway.engine.mend.iam import records
from slipway.engine.service import Call, Service

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

# By the service in an ARN: our module, the operation that reads tags, and its parameter.
_READS = {
    "application-autoscaling": ("application_autoscaling", "ListTagsForResource", "ResourceARN"),
    "cloudwatch": ("cloudwatch", "ListTagsForResource", "ResourceARN"),
    "codecommit": ("codecommit", "ListTagsForResource", "resourceArn"),
    "codepipeline": ("codepipeline", "ListTagsForResource", "resourceArn"),
    "ecr": ("ecr", "ListTagsForResource", "resourceArn"),
    "glue": ("glue", "GetTags", "ResourceArn"),
    "logs": ("logs", "ListTagsForResource", "resourceArn"),
    "sagemaker": ("sagemaker", "ListTags", "ResourceArn"),
    "states": ("stepfunctions", "ListTagsForResource", "resourceArn"),
}


def of(engine: Engine, arn: str) -> Mapping[str, str]:
    """The tags of the resource with this ARN; none when it is not there."""
    service = arn.split(":")[2] if arn.count(":") > 2 else ""
    if service == "codebuild":
        return _of_project(engine, arn)
    if service not in _READS:
        return records.resource_tags(arn)
    module, operation, parameter = _READS[service]
    return _tags(_answer(engine, module, operation, {parameter: arn}))


def _of_project(engine: Engine, arn: str) -> Mapping[str, str]:
    projects = _answer(engine, "codebuild", "BatchGetProjects", {"names": [arn.rpartition("/")[2]]}).get("projects")
    return _tags(projects[0]) if projects else {}


def _answer(engine: Engine, module: str, operation: str, params: dict[str, Any]) -> Mapping[str, Any]:
    service: Service = importlib.import_module(f"slipway.engine.services.{module}").SERVICE
    caller = engine.as_service(f"{service.iam}.amazonaws.com")
    try:
        return service.operations[operation].handler(Call(engine, caller, service.iam, operation, params, "")) or {}
    except AwsError:
        return {}  # there is no such resource, or one without tags


def _tags(answer: Mapping[str, Any]) -> Mapping[str, str]:
    """Tags as the services have them: a map, or a list of keys and values."""
    found = answer.get("tags") or answer.get("Tags") or ()
    if isinstance(found, Mapping):
        return found
    return {tag.get("key") or tag["Key"]: tag.get("value") or tag.get("Value", "") for tag in found}
