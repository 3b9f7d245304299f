from __future__ import annotations

from typing import Any

import pytest

from slipway import retrying
from slipway.errors import BadInput, NotFound
from slipway.retrying import Retried
from tests.slipway.samples import RUN_ID, detail
from tests.slipway.stubs import Aws


def build_is(aws: Aws, status: str) -> None:
    latest = {"latestExecution": {"pipelineExecutionId": RUN_ID, "status": status}} if status else {}
    stages = [{"stageName": "Build", **latest}, {"stageName": "Train"}]
    aws.answer("codepipeline.get_pipeline_state", {"stageStates": stages})


def actions_were(aws: Aws, *details: dict[str, Any]) -> None:
    request = {"pipelineName": "churn", "filter": {"pipelineExecutionId": RUN_ID}}
    aws.answer("codepipeline.list_action_executions", {"actionExecutionDetails": list(details)}, request)


def test_the_failed_actions_of_a_stage_run_again(aws: Aws) -> None:
    build_is(aws, "Failed")
    request = {
        "pipelineName": "churn",
        "stageName": "Build",
        "pipelineExecutionId": RUN_ID,
        "retryMode": "FAILED_ACTIONS",
    }
    actions_were(aws, detail("Build/Build", "Failed"))
    aws.answer("codepipeline.retry_stage_execution", {"pipelineExecutionId": RUN_ID}, request)
    assert retrying.retry(aws.install(), "Build") == Retried(RUN_ID)


def approval(status: str, begin: float, **result: object) -> dict[str, Any]:
    gate: dict[str, Any] = detail("Build/Approve", status, provider="Manual", begin=begin, **result)
    gate["input"]["actionTypeId"]["category"] = "Approval"
    return {**gate, "updatedBy": "arn:aws:iam::111122223333:user/ann"}


REJECTED = {
    "externalExecutionSummary": "the recall is too low",
    "errorDetails": {"message": "The approval was rejected"},
}


@pytest.mark.parametrize(
    ("actions", "refusal"),
    [
        (
            [approval("Failed", 5, **REJECTED), detail("Build/Build")],
            "Build/Approve was not approved by arn:aws:iam::111122223333:user/ann: the recall is too low",
        ),
        (
            [approval("Failed", 5, errorDetails={"message": "it expired"})],
            "Build/Approve was not approved by arn:aws:iam::111122223333:user/ann: it expired",
        ),
        ([approval("Failed", 1, **REJECTED), approval("Succeeded", 5), detail("Build/Check", "Failed", begin=6)], ""),
    ],
    ids=["rejected", "expired", "approved later"],
)
def test_of_a_stage_that_was_not_approved_it_says_by_whom_and_why(
    actions: list[dict[str, Any]], refusal: str, aws: Aws
) -> None:
    build_is(aws, "Failed")
    actions_were(aws, *actions)
    aws.answer("codepipeline.retry_stage_execution", {"pipelineExecutionId": RUN_ID})
    assert retrying.retry(aws.install(), "Build") == Retried(RUN_ID, refusal)


@pytest.mark.parametrize(
    ("status", "told"), [("Succeeded", "Succeeded"), ("InProgress", "InProgress"), ("", "not run")]
)
def test_a_stage_that_did_not_fail_is_not_retried(status: str, told: str, aws: Aws) -> None:
    build_is(aws, status)
    with pytest.raises(NotFound, match=f"stage Build of pipeline churn is {told}.*only one that failed"):
        retrying.retry(aws.install(), "Build")


def test_an_unknown_stage_is_refused_with_those_that_are_there(aws: Aws) -> None:
    build_is(aws, "Failed")
    with pytest.raises(BadInput, match="pipeline churn has no stage Bild; its stages are Build, Train"):
        retrying.retry(aws.install(), "Bild")
