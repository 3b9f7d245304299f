from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from slipway import overview
from tests.slipway.stubs import Aws

RUN = "1b28d30d-86cb-4acc-8f55-46f4c1801c77"


def stage(name: str, status: str = "", *actions: dict[str, Any], closed: str = "") -> dict[str, Any]:
    latest = {"latestExecution": {"pipelineExecutionId": RUN, "status": status}} if status else {}
    transition = {"enabled": not closed, **({"disabledReason": closed} if closed else {})}
    return {"stageName": name, "inboundTransitionState": transition, "actionStates": list(actions), **latest}


def action(name: str, status: str = "", **more: Any) -> dict[str, Any]:
    latest = {"status": status, "lastStatusChange": datetime.now(UTC) - timedelta(minutes=5), **more}
    return {"actionName": name, **({"latestExecution": latest} if status else {})}


def drawn(*stages: dict[str, Any], width: int = 100) -> list[str]:
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(overview.picture({"stageStates": list(stages)}, {}))
    return [line.rstrip() for line in captured.get().splitlines()]


def test_stages_and_actions_are_shown_with_how_they_last_went() -> None:
    failed = action("Build", "Failed", errorDetails={"code": "JobFailed", "message": "exit status 2\nmore"})
    assert drawn(stage("Build", "Failed", failed), stage("Train", "", action("Train"), closed="by hand")) == [
        "Build      Failed       1b28d30d",
        "  ✗ Build  Failed       5 min ago  exit status 2",
        "Train      not run yet             closed: by hand",
        "  · Train  not run yet",
    ]


def test_a_failed_execution_is_shown_with_its_reason_and_not_with_its_id() -> None:
    error = "The execution 1b28d30d-86cb ended with status FAILED: Gate: Gate: roc_auc is 0.79"
    failed = action("Train", "Failed", errorDetails={"code": "JobFailed", "message": error})
    assert drawn(stage("Train", "Failed", failed))[1].endswith("5 min ago  Gate: roc_auc is 0.79")


@pytest.mark.parametrize("width", [80, 120, 160])
def test_a_long_reason_gives_way_and_the_other_columns_stay(width: int) -> None:
    failed = action("Deploy", "Failed", errorDetails={"code": "JobFailed", "message": "stack churn was refused " * 30})
    shown = drawn(
        stage("Source", "Succeeded", action("Source", "Succeeded")), stage("Test", "Failed", failed), width=width
    )
    assert shown[:3] == [
        "Source      Succeeded  1b28d30d",
        "  ✓ Source  Succeeded  5 min ago",
        "Test        Failed     1b28d30d",
    ]
    assert shown[3].startswith("  ✗ Deploy  Failed     5 min ago  stack churn was refused stack churn")
    assert shown[3].endswith("…")
    assert (len(shown), len(shown[3])) == (4, width)


def test_an_open_approval_is_shown_as_one() -> None:
    waits = action("Approve", "InProgress", token="t")
    assert drawn(stage("Test", "InProgress", waits))[1].endswith("waits for approval")


@pytest.mark.parametrize(
    ("stages", "hint"),
    [
        (
            [stage("Test", "InProgress", action("Approve", "InProgress", token="t"))],
            "next: `slipway report 1b28d30d`, then `slipway approve` or `slipway reject`",
        ),
        ([stage("Build", "Failed", action("Build", "Failed"))], "`slipway retry Build` tries again"),
        ([stage("Build", "InProgress", action("Build", "InProgress"))], "next: `slipway watch`"),
        ([stage("Build", "Succeeded", action("Build", "Succeeded"))], "next: `slipway push` or `slipway drop FILE`"),
    ],
    ids=["waits", "failed", "goes on", "idle"],
)
def test_it_says_what_to_do_next(stages: list[dict[str, Any]], hint: str) -> None:
    assert hint in overview.hint({"stageStates": stages})


@pytest.mark.parametrize(
    ("seconds", "text"), [(-3, "0 s ago"), (30, "30 s ago"), (600, "10 min ago"), (9000, "2 h ago")]
)
def test_a_moment_is_told_by_how_long_ago_it_was(seconds: float, text: str) -> None:
    assert overview.ago(datetime.now(UTC) - timedelta(seconds=seconds)) == text


def test_the_state_is_pipelines_own_answer(aws: Aws) -> None:
    aws.answer("codepipeline.get_pipeline_state", {"pipelineName": "churn", "stageStates": []}, {"name": "churn"})
    assert overview.state(aws.install()) == {"pipelineName": "churn", "stageStates": []}


EXECUTION = "arn:aws:states:us-east-1:111122223333:execution:churn-training:1"


def test_an_execution_is_shown_with_what_it_worked_on(aws: Aws) -> None:
    began = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    events = []
    for name, at, ended in (("Known", 0, 0.1), ("Prepare", 1, 4.0), ("Train", 4, None)):
        details = {"stateEnteredEventDetails": {"name": name}}
        events.append({"timestamp": began + timedelta(seconds=at), "type": "TaskStateEntered", "id": 1, **details})
        if ended:
            left = {"stateExitedEventDetails": {"name": name}}
            events.append({"timestamp": began + timedelta(seconds=ended), "type": "TaskStateExited", "id": 1, **left})
    events.append({"timestamp": began + timedelta(seconds=6), "type": "ExecutionFailed", "id": 1})
    aws.answer("stepfunctions.get_execution_history", {"events": events}, {"executionArn": EXECUTION})
    stages = [stage("Train", "Failed", action("Train", "Failed", externalExecutionId=EXECUTION))]
    state = {"stageStates": stages}
    steps = overview.steps(aws.install(), state)
    assert [(step.name, step.status) for step in steps[EXECUTION]] == [("Prepare", "Succeeded"), ("Train", "Failed")]
    console = Console(width=100, color_system=None)
    with console.capture() as captured:
        console.print(overview.picture(state, steps))
    assert [line.rstrip() for line in captured.get().splitlines()] == [
        "Train          Failed     1b28d30d",
        "  ✗ Train      Failed     5 min ago",
        "    ✓ Prepare  Succeeded  3.0 s",
        "    ✗ Train    Failed     2.0 s",
    ]


def test_an_action_without_an_execution_of_a_state_machine_asks_for_none(aws: Aws) -> None:
    build = action("Build", "Succeeded", externalExecutionId="churn-build:1")
    assert overview.steps(aws.install(), {"stageStates": [stage("Build", "Succeeded", build)]}) == {}
