"""functions/promote: which package is approved, which is refused, and what is cleared away first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

PACKAGE = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/shop/3"
CHAMPION = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/shop/2"
OTHER = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/shop/1"
RUN = {"modelPackageArn": PACKAGE, "champion": CHAMPION, "pipelineExecutionId": "11111111-2222-3333-4444-555555555555"}
JOB = "99999999-2222-3333-4444-555555555555"
EVENT = {
    "CodePipeline.job": {
        "id": JOB,
        "data": {"actionConfiguration": {"configuration": {"UserParameters": json.dumps(RUN)}}},
    }
}


@pytest.fixture
def promote(load: Callable[..., ModuleType]) -> ModuleType:
    return load(
        "promote", PIPELINE="shop", CHAMPION_PARAMETER="/shop/production/champion", PRODUCTION_STACK="shop-production"
    )


@pytest.fixture
def aws(promote: ModuleType) -> Iterator[dict[str, Stubber]]:
    clients = {name: Stubber(getattr(promote, name)) for name in ("CLOUDFORMATION", "CODEPIPELINE", "SAGEMAKER", "SSM")}
    for stubber in clients.values():
        stubber.activate()
    yield clients
    for stubber in clients.values():
        stubber.deactivate()
        stubber.assert_no_pending_responses()


def run_is(aws: dict[str, Stubber], execution_type: str) -> None:
    answer = {"pipelineExecution": {"executionType": execution_type}}
    aws["CODEPIPELINE"].add_response("get_pipeline_execution", answer)


def champion_is(aws: dict[str, Stubber], package: str | None) -> None:
    if package is None:
        aws["SSM"].add_client_error("get_parameter", "ParameterNotFound")
        return
    value = json.dumps({"modelPackageArn": package})
    aws["SSM"].add_response("get_parameter", {"Parameter": {"Value": value}})


def stack_is(aws: dict[str, Stubber], status: str | None) -> None:
    if status is None:
        aws["CLOUDFORMATION"].add_client_error("describe_stacks", "ValidationError", "Stack does not exist")
        return
    stack = {"StackName": "shop-production", "StackStatus": status, "CreationTime": "2026-01-01T00:00:00Z"}
    aws["CLOUDFORMATION"].add_response("describe_stacks", {"Stacks": [stack]})


def candidate_is(aws: dict[str, Stubber], candidate: str, **more: str) -> None:
    """Whether an A/B test is on is asked first."""
    given = {"CandidateModelPackageArn": candidate, **more}
    parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()]
    stack = {"StackName": "shop-production", "StackStatus": "UPDATE_COMPLETE", "CreationTime": "2026-01-01T00:00:00Z"}
    aws["CLOUDFORMATION"].add_response("describe_stacks", {"Stacks": [{**stack, "Parameters": parameters}]})


def expect_approval(aws: dict[str, Stubber]) -> None:
    expected: dict[str, Any] = {
        "ModelPackageArn": PACKAGE,
        "ModelApprovalStatus": "Approved",
        "ApprovalDescription": f"Approved in run {RUN['pipelineExecutionId']} of shop",
    }
    aws["SAGEMAKER"].add_response("update_model_package", {"ModelPackageArn": PACKAGE}, expected)
    aws["CODEPIPELINE"].add_response("put_job_success_result", {}, {"jobId": JOB})


def test_a_package_that_was_compared_with_the_champion_is_approved(
    promote: ModuleType, aws: dict[str, Stubber]
) -> None:
    candidate_is(aws, "")
    run_is(aws, "STANDARD")
    champion_is(aws, CHAMPION)
    stack_is(aws, "UPDATE_COMPLETE")
    expect_approval(aws)
    promote.handler(EVENT, None)


def test_a_package_that_is_the_champion_is_approved_again(promote: ModuleType, aws: dict[str, Stubber]) -> None:
    candidate_is(aws, "")
    run_is(aws, "STANDARD")
    champion_is(aws, PACKAGE)
    stack_is(aws, "UPDATE_COMPLETE")
    expect_approval(aws)
    promote.handler(EVENT, None)


def test_a_changed_champion_is_refused_with_what_to_do(promote: ModuleType, aws: dict[str, Stubber]) -> None:
    candidate_is(aws, "")
    run_is(aws, "STANDARD")
    champion_is(aws, OTHER)
    message = (
        f"ChampionChanged: expected production to run {CHAMPION}, which this run was evaluated against; found {OTHER}. "
        "Start a new run: it reuses the training and evaluates against the new champion."
    )
    expected = {"jobId": JOB, "failureDetails": {"type": "JobFailed", "message": message}}
    aws["CODEPIPELINE"].add_response("put_job_failure_result", {}, expected)
    promote.handler(EVENT, None)


def test_a_rollback_goes_back_whatever_the_champion_is(promote: ModuleType, aws: dict[str, Stubber]) -> None:
    candidate_is(aws, "")
    run_is(aws, "ROLLBACK")
    stack_is(aws, "UPDATE_COMPLETE")
    expect_approval(aws)
    promote.handler(EVENT, None)


def test_nothing_is_deployed_while_an_ab_test_is_on(promote: ModuleType, aws: dict[str, Stubber]) -> None:
    candidate_is(aws, OTHER)
    message = (
        f"TestRunning: expected no A/B test on shop-production; found one of {OTHER}. End it by `slipway ab promote` "
        "or `slipway ab stop`, then start the run again: it reuses the training."
    )
    expected = {"jobId": JOB, "failureDetails": {"type": "JobFailed", "message": message}}
    aws["CODEPIPELINE"].add_response("put_job_failure_result", {}, expected)
    promote.handler(EVENT, None)


@pytest.mark.parametrize("guard", ["true", "false"])
def test_a_rollback_does_not_go_back_behind_a_promotion(promote: ModuleType, guard: str) -> None:
    parameters = {"ModelPackageArn": OTHER, "GuardDeployment": guard}
    promote.refuse_undone_promotion(OTHER, parameters)
    if guard == "true":
        promote.refuse_undone_promotion(PACKAGE, parameters)
        return
    with pytest.raises(promote.ModelPromoted) as refused:
        promote.refuse_undone_promotion(PACKAGE, parameters)
    assert str(refused.value) == (
        f"expected to go back to {PACKAGE}; found {OTHER}, which an A/B test has promoted since. "
        "shop-production stays as it is."
    )


def test_a_rollback_asks_whether_a_test_promoted_another_model(promote: ModuleType, aws: dict[str, Stubber]) -> None:
    candidate_is(aws, "", ModelPackageArn=OTHER, GuardDeployment="false")
    run_is(aws, "ROLLBACK")
    aws["CODEPIPELINE"].add_response("put_job_failure_result", {}, {"jobId": JOB, "failureDetails": ANY})
    promote.handler(EVENT, None)


def test_before_the_first_production_there_is_no_test(promote: ModuleType, aws: dict[str, Stubber]) -> None:
    stack_is(aws, None)
    assert promote.production_parameters() == {}


def test_before_the_first_champion_there_is_none_to_change(promote: ModuleType, aws: dict[str, Stubber]) -> None:
    champion_is(aws, None)
    promote.refuse_changed_champion(PACKAGE, expected="-")


def test_a_stack_that_was_never_created_is_removed_before_the_approval(
    promote: ModuleType, aws: dict[str, Stubber]
) -> None:
    candidate_is(aws, "")
    run_is(aws, "STANDARD")
    champion_is(aws, CHAMPION)
    stack_is(aws, "ROLLBACK_COMPLETE")
    aws["CLOUDFORMATION"].add_response("delete_stack", {}, {"StackName": "shop-production"})
    expected = {"jobId": JOB, "continuationToken": "removing"}
    aws["CODEPIPELINE"].add_response("put_job_success_result", {}, expected)
    promote.handler(EVENT, None)


@pytest.mark.parametrize(
    ("status", "has_room"),
    [(None, True), ("UPDATE_COMPLETE", True), ("UPDATE_ROLLBACK_COMPLETE", True), ("DELETE_IN_PROGRESS", False)],
)
def test_a_stack_that_serves_is_never_removed(
    promote: ModuleType, aws: dict[str, Stubber], status: str | None, has_room: bool
) -> None:
    stack_is(aws, status)
    assert promote.make_room() is has_room


def test_a_stack_that_cannot_be_removed_is_named(promote: ModuleType, aws: dict[str, Stubber]) -> None:
    stack_is(aws, "DELETE_FAILED")
    with pytest.raises(promote.StackNotRemoved, match="shop-production is in DELETE_FAILED"):
        promote.make_room()
