from __future__ import annotations

import pytest

from slipway import retrying
from slipway.errors import BadInput, NotFound
from tests.slipway.samples import RUN_ID
from tests.slipway.stubs import Aws


def build_is(aws: Aws, status: str) -> None:
    latest = {"latestExecution": {"pipelineExecutionId": RUN_ID, "status": status}} if status else {}
    stages = [{"stageName": "Build", **latest}, {"stageName": "Train"}]
    aws.answer("codepipeline.get_pipeline_state", {"stageStates": stages})


def test_the_failed_actions_of_a_stage_run_again(aws: Aws) -> None:
    build_is(aws, "Failed")
    request = {
        "pipelineName": "churn",
        "stageName": "Build",
        "pipelineExecutionId": RUN_ID,
        "retryMode": "FAILED_ACTIONS",
    }
    aws.answer("codepipeline.retry_stage_execution", {"pipelineExecutionId": RUN_ID}, request)
    assert retrying.retry(aws.install(), "Build") == RUN_ID


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
