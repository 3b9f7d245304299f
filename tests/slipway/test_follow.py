from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from slipway import follow
from slipway.follow import RunFailed, Watcher
from tests.slipway.samples import RUN_ID, action, detail, run, summary
from tests.slipway.stubs import Aws
from tests.slipway.test_executions import entered, exited, history

TERMINALS = [(True, "xterm", True), (True, "dumb", False), (False, "xterm", False)]
EXECUTION = "arn:aws:states:us-east-1:111122223333:execution:churn-training:1"


def looks(aws: Aws, status: str, *details: Any) -> None:
    aws.answer("codepipeline.list_pipeline_executions", {"pipelineExecutionSummaries": [summary(status=status)]})
    aws.answer("codepipeline.list_action_executions", {"actionExecutionDetails": list(details)})


def watched(aws: Aws, console: Console, live: bool = False) -> Watcher:
    return Watcher(aws.install(), RUN_ID, console, live)


def test_without_a_terminal_every_change_is_one_line(aws: Aws) -> None:
    looks(aws, "InProgress", detail("Build/Build", "InProgress"))
    looks(aws, "InProgress", detail("Build/Build", "InProgress"))
    looks(aws, "Succeeded", detail("Build/Build"))
    console = Console(record=True, width=200, quiet=False, file=None, force_terminal=False)
    with console.capture() as captured:
        ended = watched(aws, console).until(lambda run: False)
    assert captured.get() == "  Build > Build: InProgress\n  Build > Build: Succeeded after 1.0 s\n"
    assert ended.status == "Succeeded"


def test_the_states_of_an_execution_are_told_with_it(aws: Aws) -> None:
    train = detail("Train/Train", provider="StepFunctions", externalExecutionId=EXECUTION)
    looks(aws, "Succeeded", train)
    aws.answer("stepfunctions.get_execution_history", history(entered(0, "Gate"), exited(2, "Gate")))
    console = Console(width=200, force_terminal=False)
    with console.capture() as captured:
        watched(aws, console).until(lambda run: False)
    assert "  Train > Train > Gate: Succeeded after 2.0 s\n" in captured.get()


def test_a_failure_is_told_with_its_first_line(aws: Aws) -> None:
    looks(aws, "Failed", detail("Build/Build", "Failed", errorDetails={"message": "exit status 2\nmore"}))
    console = Console(width=200, force_terminal=False)
    with console.capture() as captured:
        watched(aws, console).until(lambda run: False)
    assert captured.get() == "  Build > Build: Failed after 1.0 s: exit status 2\n"


def test_a_terminal_shows_the_whole_run_with_what_is_left(aws: Aws) -> None:
    kind = {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1"}
    stages = [{"name": name, "actions": [{"name": name, "actionTypeId": kind}]} for name in ("Build", "Train")]
    pipeline = {"name": "churn", "roleArn": "arn:aws:iam::111122223333:role/r", "stages": stages}
    aws.answer("codepipeline.get_pipeline", {"pipeline": pipeline})
    looks(aws, "Stopped", detail("Build/Build"))
    console = Console(width=100, height=40, force_terminal=True, color_system=None, legacy_windows=False)
    with console.capture() as captured:
        watched(aws, console, live=True).until(lambda run: False)
    assert "✓ Build" in captured.get()
    assert "· Train" in captured.get()


def test_watching_stops_at_an_approval(aws: Aws) -> None:
    looks(aws, "InProgress", detail("Test/Approve", "InProgress", provider="Manual"))
    ended = watched(aws, Console(quiet=True)).until(follow.waits_for_approval)
    assert follow.waits_for_approval(ended)


@pytest.mark.parametrize(
    ("terminal", "dumb", "live"), [(True, "xterm", True), (True, "dumb", False), (False, "xterm", False)]
)
def test_only_a_terminal_that_can_draw_is_live(terminal: bool, dumb: str, live: bool) -> None:
    assert follow.is_live(Console(force_terminal=terminal, _environ={"TERM": dumb})) is live


def test_a_failure_names_stage_action_reason_what_ran_log_and_command() -> None:
    failed = action("Build/Build", "Failed", error="exit status 2", external_id="churn-build:1")
    with pytest.raises(RunFailed) as refused:
        follow.check(Aws().install(), run(action("Source/Source"), failed, status="Failed"))
    assert str(refused.value).splitlines() == [
        f"run {RUN_ID} failed in stage Build, action Build (CodeBuild)",
        "  reason: exit status 2",
        "  what ran: churn-build:1",
        "  log: slipway logs --run 1b28d30d --action Build/Build",
        "  again: slipway retry Build --stack churn",
    ]


def test_a_candidate_below_the_gate_is_not_tried_again_but_shown() -> None:
    gate = "Gate: roc_auc is 0.7; it must be at least 0.8. Report: s3://b/runs/1/evaluate/report.html"
    failed = action("Train/Train", "Failed", provider="StepFunctions", error=gate)
    with pytest.raises(RunFailed) as refused:
        follow.check(Aws().install(), run(failed, status="Failed"))
    assert str(refused.value).splitlines()[-2:] == [
        "  report: slipway report 1b28d30d",
        "  next: other data, columns or hyperparameters, or another evaluate.threshold (--threshold of automl)",
    ]


def test_a_rejection_has_no_log_and_is_not_retried() -> None:
    rejected = action("Test/Approve", "Failed", provider="Manual", error="the recall is too low")
    told = follow.failure(Aws().install(), run(rejected, status="Failed"))
    assert told.splitlines()[1:] == ["  reason: the recall is too low"]


@pytest.mark.parametrize("status", ["Stopped", "Superseded", "Cancelled"])
def test_a_run_that_was_ended_from_outside_did_not_succeed(status: str) -> None:
    with pytest.raises(RunFailed, match=f"run {RUN_ID} ended as {status}"):
        follow.check(Aws().install(), run(status=status))


@pytest.mark.parametrize("status", ["Succeeded", "InProgress"])
def test_a_run_that_succeeded_or_goes_on_is_fine(status: str) -> None:
    follow.check(Aws().install(), run(status=status))
