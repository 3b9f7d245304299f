from __future__ import annotations

from typing import Any

import pytest

from slipway import approval
from slipway.approval import Waiting
from slipway.errors import NotFound
from tests.slipway.samples import RUN_ID, detail
from tests.slipway.stubs import Aws


def state(status: str, **more: str) -> dict[str, Any]:
    action = {"actionName": "Approve", "latestExecution": {"status": status, **more}}
    stage = {"pipelineExecutionId": RUN_ID, "status": "InProgress"}
    return {"stageStates": [{"stageName": "Test", "latestExecution": stage, "actionStates": [action]}]}


def test_the_open_approval_is_answered_with_its_token(aws: Aws) -> None:
    aws.answer("codepipeline.get_pipeline_state", state("InProgress", token="token"), {"name": "churn"})
    gate = detail("Test/Approve", "InProgress", provider="Manual")
    gate["input"]["resolvedConfiguration"] = {"CustomData": "roc_auc 0.9", "ExternalEntityLink": "https://report"}
    aws.answer("codepipeline.list_action_executions", {"actionExecutionDetails": [gate]})
    request = {
        "pipelineName": "churn",
        "stageName": "Test",
        "actionName": "Approve",
        "token": "token",
        "result": {"status": "Rejected", "summary": "the recall is too low"},
    }
    aws.answer("codepipeline.put_approval_result", {}, request)
    answered = approval.answer(aws.install(), "Rejected", "the recall is too low")
    assert (answered.run_id, answered.message, answered.link) == (RUN_ID, "roc_auc 0.9", "https://report")


PACKAGE = "arn:aws:sagemaker:us-east-1:111122223333:model-package/churn/2"


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (
            {"ModelApprovalStatus": "Rejected", "ApprovalDescription": "the recall is too low"},
            "model package churn/2 of run 1b28d30d was rejected before: the recall is too low; approving it takes that"
            " back",
        ),
        (
            {"ModelApprovalStatus": "Rejected"},
            "model package churn/2 of run 1b28d30d was rejected before: no reason given; approving it takes that back",
        ),
        ({"ModelApprovalStatus": "PendingManualApproval"}, ""),
    ],
)
def test_of_a_model_that_was_rejected_before_it_says_so_and_why(status: dict[str, str], told: str, aws: Aws) -> None:
    aws.answer("codepipeline.get_pipeline_state", state("InProgress", token="token"))
    outcome = detail("Train/Outcome", provider="Lambda")
    outcome["output"]["outputVariables"] = {"ModelPackageArn": PACKAGE}
    details = [detail("Test/Approve", "InProgress", provider="Manual"), outcome]
    aws.answer("codepipeline.list_action_executions", {"actionExecutionDetails": details})
    described = {
        "ModelPackageName": "churn/2",
        "ModelPackageArn": PACKAGE,
        "CreationTime": "2026-11-21T00:00:00Z",
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
    }
    aws.answer("sagemaker.describe_model_package", {**described, **status}, {"ModelPackageName": PACKAGE})
    assert approval.rejection(aws.install(), approval.waiting(aws.install())) == told


def test_where_the_run_names_no_model_there_is_nothing_to_look_at(aws: Aws) -> None:
    assert approval.rejection(aws.install(), Waiting("Test", "Approve", "token", RUN_ID, "", "")) == ""


@pytest.mark.parametrize("told", [state("Succeeded"), {"stageStates": []}], ids=["answered before", "no run yet"])
def test_when_nothing_waits_it_says_where_to_look(told: dict[str, Any], aws: Aws) -> None:
    aws.answer("codepipeline.get_pipeline_state", told)
    with pytest.raises(NotFound, match="nothing waits for approval in pipeline churn; `slipway status` shows"):
        approval.answer(aws.install(), "Approved", "yes")
