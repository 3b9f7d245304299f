"""What there is of an install, by kind: found by name, and where names say nothing by the tag `Pipeline`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from slipway import install
from slipway.destroy.names import belongs, is_accounts
from slipway.target import Target


@dataclass(frozen=True)
class Item:
    """One thing, and what a person should know of it."""

    kind: str
    name: str
    note: str = ""

    def as_json(self) -> dict[str, str]:
        """For machines."""
        return {"kind": self.kind, "name": self.name, **({"note": self.note} if self.note else {})}


@dataclass(frozen=True)
class Listing:
    """A list operation of a service: the list in its answer, and what names an entry of it ("" is the entry)."""

    service: str
    operation: str
    member: str
    name: str
    arguments: dict[str, Any] = field(default_factory=dict)

    def entries(self, target: Target) -> Iterator[dict[str, Any]]:
        """Every entry, page after page; one that is a text is `{"": text}`."""
        client = target.client(self.service)
        if client.can_paginate(self.operation):
            pages = client.get_paginator(self.operation).paginate(**self.arguments)
        else:
            pages = [getattr(client, self.operation)(**self.arguments)]
        for page in pages:
            for entry in page.get(self.member, []):
                yield entry if isinstance(entry, dict) else {"": entry}


# Endpoints first, since they cost by the hour.
LISTINGS = {
    "endpoint": Listing("sagemaker", "list_endpoints", "Endpoints", "EndpointName"),
    "endpoint configuration": Listing("sagemaker", "list_endpoint_configs", "EndpointConfigs", "EndpointConfigName"),
    "model": Listing("sagemaker", "list_models", "Models", "ModelName"),
    "scalable target": Listing(
        *("application-autoscaling", "describe_scalable_targets", "ScalableTargets", "ResourceId"),
        {"ServiceNamespace": "sagemaker"},
    ),
    "model package group": Listing(
        *("sagemaker", "list_model_package_groups", "ModelPackageGroupSummaryList", "ModelPackageGroupName")
    ),
    "SageMaker pipeline": Listing("sagemaker", "list_pipelines", "PipelineSummaries", "PipelineName"),
    "stack": Listing("cloudformation", "describe_stacks", "Stacks", "StackName"),
    "pipeline": Listing("codepipeline", "list_pipelines", "pipelines", "name"),
    "state machine": Listing("stepfunctions", "list_state_machines", "stateMachines", "name"),
    "function": Listing("lambda", "list_functions", "Functions", "FunctionName"),
    "API": Listing("apigateway", "get_rest_apis", "items", "name"),
    "API key": Listing("apigateway", "get_api_keys", "items", "name"),
    "usage plan": Listing("apigateway", "get_usage_plans", "items", "name"),
    "build project": Listing("codebuild", "list_projects", "projects", ""),
    "repository": Listing("codecommit", "list_repositories", "repositories", "repositoryName"),
    "image repository": Listing("ecr", "describe_repositories", "repositories", "repositoryName"),
    "Glue job": Listing("glue", "get_jobs", "Jobs", "Name"),
    "workflow": Listing("glue", "list_workflows", "Workflows", ""),
    "rule": Listing("events", "list_rules", "Rules", "Name"),
    "queue": Listing("sqs", "list_queues", "QueueUrls", ""),
    "topic": Listing("sns", "list_topics", "Topics", "TopicArn"),
    "alarm": Listing("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "dashboard": Listing("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    "parameter": Listing("ssm", "describe_parameters", "Parameters", "Name"),
    "log group": Listing("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "role": Listing("iam", "list_roles", "Roles", "RoleName"),
    "policy": Listing("iam", "list_policies", "Policies", "PolicyName", {"Scope": "Local"}),
}
# Jobs that go on: finished ones are records that SageMaker keeps.
JOBS = {
    "processing job": Listing(
        *("sagemaker", "list_processing_jobs", "ProcessingJobSummaries", "ProcessingJobName"),
        {"StatusEquals": "InProgress"},
    ),
    "training job": Listing(
        *("sagemaker", "list_training_jobs", "TrainingJobSummaries", "TrainingJobName"), {"StatusEquals": "InProgress"}
    ),
    "tuning job": Listing(
        *("sagemaker", "list_hyper_parameter_tuning_jobs", "HyperParameterTuningJobSummaries"),
        *("HyperParameterTuningJobName", {"StatusEquals": "InProgress"}),
    ),
    "transform job": Listing(
        *("sagemaker", "list_transform_jobs", "TransformJobSummaries", "TransformJobName"),
        {"StatusEquals": "InProgress"},
    ),
    "AutoML job": Listing(
        *("sagemaker", "list_auto_ml_jobs", "AutoMLJobSummaries", "AutoMLJobName"), {"StatusEquals": "InProgress"}
    ),
}


def take(target: Target, stack: str) -> list[Item]:
    """Everything of an install but its buckets and their key, which are measured apart."""
    others = frozenset(install.candidates(target)) - {stack}
    ours = partial(belongs, stack, others=others)
    found = [item for kind, listing in LISTINGS.items() for item in _named(target, kind, listing, ours)]
    return [*_jobs(target, stack, ours), *found]


def _named(target: Target, kind: str, listing: Listing, ours: Callable[[str], bool]) -> Iterator[Item]:
    for entry in listing.entries(target):
        name = _last(kind, str(entry[listing.name]))
        if ours(name) and not (is_accounts(name) and kind == "role"):
            yield Item(kind, name, _note(target, kind, name, entry))


def _last(kind: str, name: str) -> str:
    """The name in an ARN, a URL or the id of a scalable target (`endpoint/NAME/variant/…`)."""
    if kind == "scalable target":
        return name.split("/")[1]
    return {"queue": name.rpartition("/"), "topic": name.rpartition(":")}.get(kind, ("", "", name))[2]


def _note(target: Target, kind: str, name: str, entry: dict[str, Any]) -> str:
    if kind == "endpoint":
        return str(entry["EndpointStatus"])
    if kind == "stack":
        return str(entry["StackStatus"])
    if kind == "model package group":
        return _versions(len(packages(target, name)))
    if kind == "image repository":
        pages = target.client("ecr").get_paginator("list_images").paginate(repositoryName=name)
        return f"{sum(len(page['imageIds']) for page in pages)} images"
    return "the code: keep a clone" if kind == "repository" else ""


def _versions(number: int) -> str:
    return "1 version" if number == 1 else f"{number} versions"


def packages(target: Target, group: str) -> list[str]:
    """The ARNs of a group's versions."""
    pages = target.client("sagemaker").get_paginator("list_model_packages").paginate(ModelPackageGroupName=group)
    return [package["ModelPackageArn"] for page in pages for package in page["ModelPackageSummaryList"]]


def _jobs(target: Target, stack: str, ours: Callable[[str], bool]) -> Iterator[Item]:
    """Jobs that go on; a tuning job's name has no room for the install's, and its tag has."""
    for kind, listing in JOBS.items():
        for entry in listing.entries(target):
            name = str(entry[listing.name])
            arn = next(value for member, value in entry.items() if member.endswith("Arn"))
            if ours(name) or is_tagged(target.client("sagemaker").list_tags(ResourceArn=arn)["Tags"], stack):
                yield Item(kind, name, "in progress")


def is_tagged(tags: list[dict[str, str]], stack: str) -> bool:
    """Whether the bundle's tag says that something is of this install."""
    return any((tag.get("Key"), tag.get("Value")) == ("Pipeline", stack) for tag in tags)
