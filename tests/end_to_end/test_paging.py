"""boto3's paginators and waiters, unmodified, on what the demo left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import WaiterError

from slipway.engine.dispatcher import find_services
from tests.end_to_end.conftest import Demonstration
from tests.end_to_end.support import Desk

Arguments = dict[str, Any]
Of = Callable[[Desk], Arguments]

# The demo makes none of these; each is listed by the code that lists the others of its service. Of metrics' data the
# engine has one page, and refuses a second one by name.
OF_NO_DEMO = {
    "cloudformation": {"DescribeChangeSet", "ListChangeSets", "ListImports", "ListTypes"},
    "cloudwatch": {"GetMetricData"},
    "glue": {"GetJobRuns", "GetJobs", "GetTriggers", "GetWorkflowRuns", "ListJobs", "ListTriggers", "ListWorkflows"},
    "sagemaker": {
        "ListAutoMLJobs",
        "ListCandidatesForAutoMLJob",
        "ListHyperParameterTuningJobs",
        "ListPipelineExecutionSteps",
        "ListPipelineExecutions",
        "ListPipelineParametersForExecution",
        "ListPipelines",
        "ListTrainingJobsForHyperParameterTuningJob",
        "ListTransformJobs",
    },
}


def nothing(_: Desk) -> Arguments:
    return {}


def of_sagemaker(_: Desk) -> Arguments:
    return {"ServiceNamespace": "sagemaker"}


def of_a_service(_: Desk) -> Arguments:
    return {"ServiceCode": "sagemaker"}


def stack(desk: Desk) -> Arguments:
    return {"StackName": desk.install.stack}


def pipeline(desk: Desk) -> Arguments:
    return {"pipelineName": desk.install.pipeline}


def pipeline_arn(desk: Desk) -> Arguments:
    found = desk.client("codepipeline").get_pipeline(name=desk.install.pipeline)
    return {"resourceArn": found["metadata"]["pipelineArn"]}


def project(desk: Desk) -> Arguments:
    return {"projectName": f"{desk.install.stack}-build"}


def repository(desk: Desk) -> Arguments:
    return {"repositoryName": desk.client("codecommit").list_repositories()["repositories"][0]["repositoryName"]}


def commit(desk: Desk) -> Arguments:
    return {**repository(desk), "afterCommitSpecifier": "master"}


def images(desk: Desk) -> Arguments:
    return {"repositoryName": desk.client("ecr").describe_repositories()["repositories"][0]["repositoryName"]}


def build_log(desk: Desk) -> Arguments:
    return {"logGroupName": f"/aws/codebuild/{desk.install.stack}-build"}


def endpoint(desk: Desk) -> Arguments:
    return {"ResourceArn": desk.client("sagemaker").list_endpoints()["Endpoints"][0]["EndpointArn"]}


def state_machine(desk: Desk) -> Arguments:
    return {"stateMachineArn": desk.install.environment("training")["StateMachineArn"]}


def execution(desk: Desk) -> Arguments:
    found = desk.client("stepfunctions").list_executions(**state_machine(desk))["executions"]
    return {"executionArn": found[0]["executionArn"]}


# How many there are at least, where one is not enough to need a second page.
CASES: list[tuple[str, str, Of, int]] = [
    ("application-autoscaling", "DescribeScalableTargets", of_sagemaker, 1),
    ("application-autoscaling", "DescribeScalingActivities", of_sagemaker, 1),
    ("application-autoscaling", "DescribeScalingPolicies", of_sagemaker, 1),
    ("cloudformation", "DescribeStackEvents", stack, 2),
    ("cloudformation", "DescribeStacks", nothing, 2),
    ("cloudformation", "ListExports", nothing, 0),
    ("cloudformation", "ListStackResources", stack, 2),
    ("cloudformation", "ListStacks", nothing, 2),
    ("cloudwatch", "DescribeAlarmHistory", nothing, 2),
    ("cloudwatch", "DescribeAlarms", nothing, 2),
    ("cloudwatch", "ListDashboards", nothing, 1),
    ("cloudwatch", "ListMetrics", nothing, 2),
    ("codebuild", "ListBuilds", nothing, 2),
    ("codebuild", "ListBuildsForProject", project, 2),
    ("codebuild", "ListProjects", nothing, 1),
    ("codecommit", "GetDifferences", commit, 2),
    ("codecommit", "ListBranches", repository, 1),
    ("codecommit", "ListRepositories", nothing, 1),
    ("codepipeline", "ListActionExecutions", pipeline, 2),
    ("codepipeline", "ListPipelineExecutions", pipeline, 2),
    ("codepipeline", "ListPipelines", nothing, 1),
    ("codepipeline", "ListRuleExecutions", pipeline, 0),
    ("codepipeline", "ListTagsForResource", pipeline_arn, 0),
    ("ecr", "DescribeImages", images, 1),
    ("ecr", "DescribeRepositories", nothing, 1),
    ("ecr", "ListImages", images, 1),
    ("logs", "DescribeLogGroups", nothing, 2),
    ("logs", "DescribeLogStreams", build_log, 2),
    ("logs", "DescribeMetricFilters", nothing, 0),
    ("logs", "DescribeResourcePolicies", nothing, 0),
    ("logs", "FilterLogEvents", build_log, 2),
    ("sagemaker", "ListEndpointConfigs", nothing, 2),
    ("sagemaker", "ListEndpoints", nothing, 2),
    ("sagemaker", "ListModelPackageGroups", nothing, 1),
    ("sagemaker", "ListModelPackages", nothing, 0),
    ("sagemaker", "ListModels", nothing, 2),
    ("sagemaker", "ListProcessingJobs", nothing, 2),
    ("sagemaker", "ListTags", endpoint, 1),
    ("sagemaker", "ListTrainingJobs", nothing, 2),
    ("service-quotas", "ListServiceQuotas", of_a_service, 1),
    ("stepfunctions", "GetExecutionHistory", execution, 2),
    ("stepfunctions", "ListExecutions", state_machine, 2),
    ("stepfunctions", "ListStateMachines", nothing, 1),
]


def paginators() -> dict[str, set[str]]:
    """What botocore pages, by service, of what the engine's own services execute."""
    session = botocore.session.get_session()
    models = {
        service.name: session.get_component("data_loader").load_service_model(service.name, "paginators-1")
        for service in find_services()
    }
    executed = {service.name: set(service.operations) for service in find_services()}
    return {name: set(model["pagination"]) & executed[name] for name, model in models.items()}


def test_every_operation_that_boto3_pages_is_tried() -> None:
    tried: dict[str, set[str]] = {name: set(operations) for name, operations in OF_NO_DEMO.items()}
    for service, operation, _, _ in CASES:
        tried.setdefault(service, set()).add(operation)
    assert tried == {name: operations for name, operations in paginators().items() if operations}


@pytest.mark.parametrize(
    ("service", "operation", "of", "least"), CASES, ids=lambda value: getattr(value, "__name__", value)
)
def test_the_smallest_pages_have_what_the_largest_page_has(
    demonstration: Demonstration, service: str, operation: str, of: Of, least: int
) -> None:
    desk = demonstration.desk
    paginator = desk.client(service).get_paginator(xform_name(operation))
    arguments = of(desk)
    (key, *_) = (expression.expression for expression in paginator.result_keys)
    at_once = paginator.paginate(**arguments).build_full_result().get(key, [])
    assert len(at_once) >= least
    if paginator._limit_key is None:
        return
    size = 50 if operation == "ListTags" else 1  # the smallest that there is
    sized = {"PageSize": size, "MaxItems": 40}
    pages = [page[key] for page in paginator.paginate(**arguments, PaginationConfig=sized)]
    assert all(len(page) <= size for page in pages)
    assert [item for page in pages for item in page] == at_once[:40]


def alarm(kind: str) -> Of:
    def of(desk: Desk) -> Arguments:
        found = desk.client("cloudwatch").describe_alarms(AlarmTypes=[kind])[f"{kind}s"]
        return {"AlarmNames": [found[0]["AlarmName"]], "AlarmTypes": [kind]}

    return of


def newest(operation: str, member: str, name: str) -> Of:
    def of(desk: Desk) -> Arguments:
        return {name: getattr(desk.client("sagemaker"), operation)()[member][0][name]}

    return of


def gone(desk: Desk) -> Arguments:
    return {"StackName": f"{desk.install.stack}-never"}


def no_endpoint(_: Desk) -> Arguments:
    return {"EndpointName": "never"}


# Not here: a change set, an import, an update, a rollback, none of which the demo's stacks have had; a transform job.
WAITERS: list[tuple[str, str, Of]] = [
    ("cloudformation", "stack_create_complete", stack),
    ("cloudformation", "stack_delete_complete", gone),
    ("cloudformation", "stack_exists", stack),
    ("cloudwatch", "alarm_exists", alarm("MetricAlarm")),
    ("sagemaker", "endpoint_deleted", no_endpoint),
    ("sagemaker", "endpoint_in_service", newest("list_endpoints", "Endpoints", "EndpointName")),
    (
        *("sagemaker", "processing_job_completed_or_stopped"),
        newest("list_processing_jobs", "ProcessingJobSummaries", "ProcessingJobName"),
    ),
    (
        *("sagemaker", "training_job_completed_or_stopped"),
        newest("list_training_jobs", "TrainingJobSummaries", "TrainingJobName"),
    ),
]


@pytest.mark.parametrize(("service", "waiter", "of"), WAITERS, ids=[waiter for _, waiter, _ in WAITERS])
def test_a_waiter_ends_when_what_it_waits_for_is(
    demonstration: Demonstration, service: str, waiter: str, of: Of
) -> None:
    found = demonstration.desk.client(service).get_waiter(waiter)
    found.wait(**of(demonstration.desk), WaiterConfig={"Delay": 1, "MaxAttempts": 1})


def test_a_waiter_for_what_can_no_more_come_fails(demonstration: Demonstration) -> None:
    waiter = demonstration.desk.client("cloudformation").get_waiter("stack_update_complete")
    with pytest.raises(WaiterError, match="encountered a terminal failure state"):
        waiter.wait(**gone(demonstration.desk), WaiterConfig={"Delay": 1, "MaxAttempts": 1})
