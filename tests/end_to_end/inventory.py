"""What there is on an engine, by kind: everything that a bundle may have made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slipway.local import LocalEngine

# The account's, whoever runs jobs or scales endpoints there: AWS makes them with the first one.
JOB_LOGS = ["/aws/sagemaker/ProcessingJobs", "/aws/sagemaker/TrainingJobs"]
AUTOSCALING_ROLE = "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"

# Kind: service, operation, the list in its answer, and what names an item.
_LISTS: dict[str, tuple[str, str, str, str | None]] = {
    "alarms": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "APIs": ("apigateway", "get_rest_apis", "items", "name"),
    "API keys": ("apigateway", "get_api_keys", "items", "name"),
    "buckets": ("s3", "list_buckets", "Buckets", "Name"),
    "build projects": ("codebuild", "list_projects", "projects", None),
    "dashboards": ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    "endpoint configs": ("sagemaker", "list_endpoint_configs", "EndpointConfigs", "EndpointConfigName"),
    "endpoints": ("sagemaker", "list_endpoints", "Endpoints", "EndpointName"),
    "event source mappings": ("lambda", "list_event_source_mappings", "EventSourceMappings", "FunctionArn"),
    "functions": ("lambda", "list_functions", "Functions", "FunctionName"),
    "image repositories": ("ecr", "describe_repositories", "repositories", "repositoryName"),
    "log groups": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "model package groups": (
        *("sagemaker", "list_model_package_groups", "ModelPackageGroupSummaryList"),
        "ModelPackageGroupName",
    ),
    "models": ("sagemaker", "list_models", "Models", "ModelName"),
    "parameters": ("ssm", "describe_parameters", "Parameters", "Name"),
    "pipelines": ("codepipeline", "list_pipelines", "pipelines", "name"),
    "queues": ("sqs", "list_queues", "QueueUrls", None),
    "repositories": ("codecommit", "list_repositories", "repositories", "repositoryName"),
    "roles": ("iam", "list_roles", "Roles", "RoleName"),
    "rules": ("events", "list_rules", "Rules", "Name"),
    "stacks": ("cloudformation", "describe_stacks", "Stacks", "StackName"),
    "state machines": ("stepfunctions", "list_state_machines", "stateMachines", "name"),
    "topics": ("sns", "list_topics", "Topics", "TopicArn"),
    "usage plans": ("apigateway", "get_usage_plans", "items", "name"),
}


def inventory(engine: LocalEngine) -> dict[str, list[str]]:
    """The names of everything there is, by kind."""
    client = _clients(engine)
    found = {kind: _names(client, *where) for kind, where in _LISTS.items()}
    found["policies"] = [policy["PolicyName"] for policy in client("iam").list_policies(Scope="Local")["Policies"]]
    targets = client("application-autoscaling").describe_scalable_targets(ServiceNamespace="sagemaker")
    found["scalable targets"] = [target["ResourceId"] for target in targets["ScalableTargets"]]
    return {kind: sorted(names) for kind, names in found.items()}


def keys(engine: LocalEngine) -> list[str]:
    """The descriptions of the customer's keys that can be used."""
    kms = _clients(engine)("kms")
    described = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    ours = [key for key in described if key["KeyManager"] == "CUSTOMER" and key["KeyState"] == "Enabled"]
    return sorted(key["Description"] for key in ours)


def _clients(engine: LocalEngine) -> Callable[[str], Any]:
    made: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in made:
            made[service] = engine.client(service)
        return made[service]

    return client


def _names(client: Callable[[str], Any], service: str, operation: str, member: str, name: str | None) -> list[str]:
    pages = (
        client(service).get_paginator(operation).paginate()
        if client(service).can_paginate(operation)
        else [getattr(client(service), operation)()]
    )
    return [item[name] if name else item for page in pages for item in page.get(member, [])]
