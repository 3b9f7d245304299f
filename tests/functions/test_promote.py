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
STACK = {"StackName": "shop-production", "CreationTime": "2026-01-01T00:00:00Z"}


def event(step: str) -> dict[str, Any]:
    configuration = {"UserParameters": json.dumps({**RUN, "step": step})}
    return {"CodePipeline.job": {"id": JOB, "data": {"actionConfiguration": {"configuration": configuration}}}}


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


def stack_is(aws: dict[str, Stubber], status: str | None, **parameters: str) -> None:
    """The production stack; unless it says so, no A/B test is on."""
    if status is None:
        aws["CLOUDFORMATION"].add_client_error("describe_stacks", "ValidationError", "Stack does not exist")
        return
    given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
    stack = {**STACK, "StackStatus": status, "Parameters": given}
    aws["CLOUDFORMATION"].add_response("describe_stacks", {"Stacks": [stack]})


def expect_approval(aws: dict[str, Stubber]) -> None:
    expected: dict[str, Any] = {
        "ModelPackageArn": PACKAGE,
        "ModelApprovalStatus": "Approved",
        "ApprovalDescription": f"Approved in run {RUN['pipelineExecutionId']} of shop",
    }
    aws["SAGEMAKER"].add_response("update_model_package", {"ModelPackageArn": PACKAGE}, expected)
    expect_success(aws)


def expect_success(aws: dict[str, Stubber], **more: str) -> None:
    aws["CODEPIPELINE"].add_response("put_job_success_result", {}, {"jobId": JOB, **more})


def expect_refusal(aws: dict[str, Stubber], message: Any) -> None:
    expected = {"jobId": JOB, "failureDetails": {"type": "JobFailed", "message": message}}
    aws["CODEPIPELINE"].add_response("put_job_failure_result", {}, expected)


@pytest.mark.parametrize("champion", [CHAMPION, PACKAGE], ids=["the one it was compared with", "itself"])
def test_a_package_is_approved_beside_the_champion_that_is_expected(
    promote: ModuleType, aws: dict[str, Stubber], champion: str
) -> None:
    stack_is(aws, "UPDATE_COMPLETE")
    run_is(aws, "STANDARD")
    champion_is(aws, champion)
    expect_approval(aws)
    promote.handler(event("approve"), None)


def test_a_check_approves_nothing(promote: ModuleType, aws: dict[str, Stubber]) -> None:
    stack_is(aws, "UPDATE_COMPLETE")
    run_is(aws, "STANDARD")
    champion_is(aws, CHAMPION)
    expect_success(aws)
    promote.handler(event("check"), None)


@pytest.mark.parametrize("step", ["check", "approve"])
def test_a_changed_champion_is_refused_with_what_to_do(promote: ModuleType, aws: dict[str, Stubber], step: str) -> None:
    stack_is(aws, "UPDATE_COMPLETE")
    run_is(aws, "STANDARD")
    champion_is(aws, OTHER)
    expect_refusal(
        aws,
        f"ChampionChanged: expected production to run {CHAMPION}, which this run was evaluated against; found {OTHER}. "
        "Start a new run: it reuses the training and evaluates against the new champion.",
    )
    promote.handler(event(step), None)


def test_a_rollback_goes_back_whatever_the_champion_is(promote: ModuleType, aws: dict[str, Stubber]) -> None:
    stack_is(aws, "UPDATE_COMPLETE")
    run_is(aws, "ROLLBACK")
    expect_approval(aws)
    promote.handler(event("approve"), None)


@pytest.mark.parametrize(
    ("step", "what_next"),
    [
        ("check", "then `slipway retry Test` takes this run up again."),
        ("approve", "then start a new run: it reuses the training."),
    ],
)
def test_nothing_is_deployed_while_an_ab_test_is_on(
    promote: ModuleType, aws: dict[str, Stubber], step: str, what_next: str
) -> None:
    stack_is(aws, "UPDATE_COMPLETE", CandidateModelPackageArn=OTHER)
    expect_refusal(
        aws,
        f"TestRunning: expected no A/B test on shop-production; found one of {OTHER}. End it by `slipway ab promote` "
        f"or `slipway ab stop`, {what_next}",
    )
    promote.handler(event(step), None)


@pytest.mark.parametrize("step", ["check", "approve"])
@pytest.mark.parametrize("status", ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"])
def test_while_production_is_changing_nothing_is_decided(
    promote: ModuleType, aws: dict[str, Stubber], step: str, status: str
) -> None:
    """An A/B test that is being started or ended, or the run before."""
    stack_is(aws, status, CandidateModelPackageArn=OTHER)
    expect_success(aws, continuationToken="waiting")
    promote.handler(event(step), None)


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
    stack_is(aws, "UPDATE_COMPLETE", ModelPackageArn=OTHER, GuardDeployment="false")
    run_is(aws, "ROLLBACK")
    expect_refusal(aws, ANY)
    promote.handler(event("approve"), None)


@pytest.mark.parametrize("step", ["check", "approve"])
def test_before_the_first_production_there_is_neither_test_nor_champion(
    promote: ModuleType, aws: dict[str, Stubber], step: str
) -> None:
    stack_is(aws, None)
    run_is(aws, "STANDARD")
    champion_is(aws, None)
    if step == "approve":
        aws["SAGEMAKER"].add_response("update_model_package", {"ModelPackageArn": PACKAGE})
    expect_success(aws)
    first = event(step)
    configuration = first["CodePipeline.job"]["data"]["actionConfiguration"]["configuration"]
    configuration["UserParameters"] = json.dumps({**RUN, "step": step, "champion": "-"})
    promote.handler(first, None)


def test_a_stack_that_was_never_created_is_removed_before_the_approval(
    promote: ModuleType, aws: dict[str, Stubber]
) -> None:
    stack_is(aws, "ROLLBACK_COMPLETE")
    run_is(aws, "STANDARD")
    champion_is(aws, CHAMPION)
    aws["CLOUDFORMATION"].add_response("delete_stack", {}, {"StackName": "shop-production"})
    expect_success(aws, continuationToken="waiting")
    promote.handler(event("approve"), None)


@pytest.mark.parametrize("stack", [{}, {"StackStatus": "UPDATE_COMPLETE"}, {"StackStatus": "UPDATE_ROLLBACK_COMPLETE"}])
def test_a_stack_that_serves_is_never_removed(promote: ModuleType, stack: dict[str, str]) -> None:
    assert promote.is_removed(stack) is False


@pytest.mark.parametrize("step", ["check", "approve"])
def test_a_stack_that_cannot_be_removed_is_named(promote: ModuleType, aws: dict[str, Stubber], step: str) -> None:
    stack_is(aws, "DELETE_FAILED")
    expect_refusal(
        aws,
        "StackNotRemoved: shop-production is in DELETE_FAILED; see its events, then delete it by hand",
    )
    promote.handler(event(step), None)
