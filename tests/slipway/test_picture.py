from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from rich.console import Console

from slipway import picture
from slipway.executions import State
from slipway.runs import Run
from tests.slipway.samples import RUN_ID, action, at, run

STAGES = [("Build", ["Build"]), ("Train", ["Stack", "Train"]), ("Test", ["Approve"])]


def drawn(shown: Run, states: Mapping[str, Sequence[State]] | None = None, height: int | None = None) -> list[str]:
    console = Console(width=90, color_system=None, force_terminal=False)
    with console.capture() as captured:
        console.print(picture.of(shown, STAGES, states or {}, height))
    return [line.rstrip() for line in captured.get().splitlines()]


def test_a_run_is_shown_with_what_was_done_what_is_done_and_what_is_left() -> None:
    failed = action("Train/Stack", "Failed", 3, 5.5, "CloudFormation", error="AccessDenied\nmore")
    assert drawn(run(action("Build/Build", end=2), failed, status="Failed")) == [
        "run 1b28d30d  commit a8ab2ebc  by the launch  Failed  60.0 s",
        "Build  ✓ Build    2.0 s",
        "Train  ✗ Stack    2.5 s  AccessDenied",
        "       · Train",
        "Test   · Approve",
    ]


def test_a_long_reason_is_cut_and_the_other_columns_stay() -> None:
    failed = action("Train/Stack", "Failed", 3, 5.5, "CloudFormation", error="stack churn was refused " * 30)
    shown = drawn(run(action("Build/Build", end=2), failed, status="Failed"))
    assert shown[1] == "Build  ✓ Build    2.0 s"
    assert shown[2].startswith("Train  ✗ Stack    2.5 s  stack churn was refused")
    assert (len(shown[2]), shown[2][-1]) == (90, "…")


def test_a_failed_execution_is_shown_with_its_reason_and_not_with_its_id() -> None:
    error = f"The execution {RUN_ID} ended with status FAILED: Gate: Gate: roc_auc is 0.79; it must be at least 0.8"
    shown = drawn(run(action("Train/Train", "Failed", provider="StepFunctions", error=error), status="Failed"))
    assert shown[3].split("  ")[-1] == "Gate: roc_auc is 0.79; it must be at least 0.8"


def test_an_open_approval_says_that_it_waits() -> None:
    shown = drawn(run(action("Test/Approve", "InProgress", provider="Manual"), status="InProgress"))
    assert shown[-1].startswith("Test   … Approve")
    assert shown[-1].endswith("waits for approval")


def test_the_states_of_an_execution_stand_below_its_action_while_they_fit() -> None:
    states = {"arn": [State("Prepare", "Succeeded", at(0), at(3)), State("Train", "Failed", at(3), at(4))]}
    train = action("Train/Train", "Failed", provider="StepFunctions", external_id="arn")
    tall = drawn(run(train), states, height=40)
    assert [line.strip() for line in tall[4:6]] == ["✓ Prepare  3.0 s", "✗ Train    1.0 s"]
    low = drawn(run(train), states, height=6)
    assert [line.strip() for line in low[4:5]] == ["✗ Train  1.0 s"]
    assert len(low) == len(tall) - 1


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (99.94, "99.9 s"), (100, "1 min 40 s"), (3549, "59 min 09 s")]
)
def test_seconds_are_told_for_a_person(seconds: float, text: str) -> None:
    assert picture.took(seconds) == text


def test_the_first_line_of_nothing_is_nothing() -> None:
    assert (picture.first_line(""), picture.first_line("a\nb")) == ("", "a")
