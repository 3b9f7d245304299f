from __future__ import annotations

import pytest

from slipway import runs
from slipway.errors import BadInput, NotFound
from tests.slipway.samples import RUN_ID, action, detail, run, summary
from tests.slipway.stubs import Aws


def test_a_run_is_found_by_its_beginning_with_its_actions_in_order(aws: Aws) -> None:
    listed = {"pipelineExecutionSummaries": [summary("ffff"), summary()]}
    aws.answer("codepipeline.list_pipeline_executions", listed)
    details = [detail("Build/Build", begin=5), detail("Source/Source", begin=1)]
    aws.answer(
        "codepipeline.list_action_executions",
        {"actionExecutionDetails": details},
        {"pipelineName": "churn", "filter": {"pipelineExecutionId": RUN_ID}},
    )
    found = runs.get(aws.install(), "1b28")
    assert (found.id, found.commit, found.trigger) == (RUN_ID, "a8ab2ebc8f9e", "CreatePipeline")
    assert [a.name for a in found.actions] == ["Source", "Build"]


def test_latest_is_the_newest(aws: Aws) -> None:
    aws.answer("codepipeline.list_pipeline_executions", {"pipelineExecutionSummaries": [summary("new"), summary()]})
    aws.answer("codepipeline.list_action_executions", {"actionExecutionDetails": []})
    assert runs.get(aws.install(), "latest").id == "new"


def test_an_unknown_run_is_not_found(aws: Aws) -> None:
    aws.answer("codepipeline.list_pipeline_executions", {"pipelineExecutionSummaries": [summary()]})
    with pytest.raises(NotFound, match="pipeline churn has no run zzz; `slipway runs` lists them"):
        runs.get(aws.install(), "zzz")


def test_a_pipeline_without_runs_says_so(aws: Aws) -> None:
    aws.answer("codepipeline.list_pipeline_executions", {"pipelineExecutionSummaries": []})
    with pytest.raises(NotFound, match="pipeline churn has no run yet"):
        runs.get(aws.install(), "latest")


def test_a_beginning_that_two_runs_share_is_refused(aws: Aws) -> None:
    aws.answer("codepipeline.list_pipeline_executions", {"pipelineExecutionSummaries": [summary("1a"), summary("1b")]})
    with pytest.raises(BadInput, match="run 1 is ambiguous: 1a, 1b; give more of the id"):
        runs.get(aws.install(), "1")


def test_an_error_is_the_actions_own(aws: Aws) -> None:
    aws.answer("codepipeline.list_pipeline_executions", {"pipelineExecutionSummaries": [summary(status="Failed")]})
    failed = detail("Build/Build", "Failed", errorDetails={"code": "JobFailed", "message": "exit status 2"})
    aws.answer("codepipeline.list_action_executions", {"actionExecutionDetails": [failed]})
    assert runs.get(aws.install(), "latest").actions[0].error == "exit status 2"


RULE = "arn:aws:events:us-east-1:111122223333:rule/churn-Triggers-1A2B-"
ROLE = "arn:aws:sts::111122223333:assumed-role/churn-Triggers-1A2B-DropRole-3C4D/churn-drop"


@pytest.mark.parametrize(
    ("trigger", "detail", "by"),
    [
        ("CreatePipeline", "arn:aws:iam::111122223333:root", "the launch"),
        ("CloudWatchEvent", f"{RULE}Push-3C4D", "git push"),
        ("CloudWatchEvent", f"{RULE}Upload-3C4D", "a new source zip"),
        ("CloudWatchEvent", f"{RULE}Scheduled-3C4D", "the schedule"),
        ("CloudWatchEvent", "arn:aws:events:us-east-1:111122223333:rule/mine", "a rule"),
        ("WebhookV2", "", "git push"),
        ("StartPipelineExecution", ROLE, "new data"),
        ("StartPipelineExecution", "arn:aws:iam::111122223333:user/ann", "a person"),
        ("AutomatedRollback", "", "a rollback"),
        ("PutActionRevision", "", "PutActionRevision"),
    ],
)
def test_what_started_a_run_is_told_in_a_persons_words(trigger: str, detail: str, by: str, aws: Aws) -> None:
    listed = {**summary(), "trigger": {"triggerType": trigger, "triggerDetail": detail}}
    aws.answer("codepipeline.list_pipeline_executions", {"pipelineExecutionSummaries": [listed]})
    (found,) = runs.history(aws.install())
    assert (found.by, found.trigger) == (by, trigger)
    assert found.reason == ("" if by == "new data" else "First")
    assert found.summary()["message"] == "First"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            "The execution 1b28-d30d ended with status FAILED: Gate: Gate: roc_auc is 0.79; it must be",
            "Gate: roc_auc is",
        ),
        ("The execution 1b28 ended with status TIMED_OUT: States.Timeout: too slow", "States.Timeout: too slow"),
        ("The execution 1b28 ended with status ABORTED", "The execution 1b28 ended with status ABORTED"),
        ("exit status 2", "exit status 2"),
        ("", ""),
    ],
)
def test_a_reason_begins_with_why_and_json_has_the_whole_text(error: str, reason: str) -> None:
    failed = action("Train/Train", "Failed", error=error)
    assert failed.reason.startswith(reason)
    assert run(failed).as_json()["actions"][0]["error"] == error


def test_a_stage_lasts_from_its_first_action_to_its_last() -> None:
    found = run(action("Test/Stack", begin=0, end=4), action("Test/Smoke", begin=5, end=9), action("Source/Source"))
    assert found.stages() == {"Test": 9.0, "Source": 1.0}


def test_the_latest_attempt_of_an_action_counts() -> None:
    found = run(action("Build/Build", "Failed"), action("Build/Build", begin=5, end=6))
    latest = found.action("Build", "Build")
    assert latest is not None
    assert latest.status == "Succeeded"
    assert found.action("Build", "Nope") is None


def test_json_has_stages_with_seconds_and_actions() -> None:
    value = run(action("Build/Build", end=2.5)).as_json()
    assert value["stages"] == {"Build": 2.5}
    assert value["actions"][0]["action"] == "Build"
    assert value["started"] == "2026-11-21T01:00:00+00:00"
    assert value["seconds"] == 60.0


def test_stages_are_told_as_they_are_declared(aws: Aws) -> None:
    kind = {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1"}
    actions = [{"name": name, "actionTypeId": kind, "runOrder": order} for name, order in [("Smoke", 2), ("Stack", 1)]]
    pipeline = {
        "name": "churn",
        "roleArn": "arn:aws:iam::111122223333:role/r",
        "stages": [{"name": "Test", "actions": actions}],
    }
    aws.answer("codepipeline.get_pipeline", {"pipeline": pipeline})
    assert runs.stages(aws.install()) == [("Test", ["Stack", "Smoke"])]
