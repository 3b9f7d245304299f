"""What stands already decides between a launch and a push."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from slipway import service
from slipway.launch import Dialogue
from slipway.service import Order, making
from slipway.stackevents import LaunchFailed
from tests.slipway.stubs import Aws
from tests.slipway.test_launch import described

DIALOGUE = Dialogue(say=lambda _: None, event=lambda _: None)


class Reached(Exception):
    """The step that was chosen."""


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def reach(name: str) -> None:
        def step(*_: object) -> None:
            raise Reached(name)

        monkeypatch.setattr(making, name, step)

    reach("_from_bundle")
    reach("_pushed")
    file = tmp_path / "table.csv"
    file.write_text("minutes,left\n" + "1,yes\n2,no\n" * 3)
    return file


def serve(table: Path, aws: Aws) -> None:
    service.serve(table, Order("left"), "shop", Path(), table.parent, aws.target, DIALOGUE, Console(quiet=True))


@pytest.mark.parametrize("status", ["REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"])
def test_a_stack_that_was_never_created_is_launched(table: Path, aws: Aws, status: str) -> None:
    for _ in range(2):
        aws.answer("cloudformation.describe_stacks", described(status))
    with pytest.raises(Reached, match="_from_bundle"):
        serve(table, aws)


def test_a_stack_that_stands_is_pushed_to(table: Path, aws: Aws) -> None:
    for _ in range(3):
        aws.answer("cloudformation.describe_stacks", described("UPDATE_COMPLETE"))
    with pytest.raises(Reached, match="_pushed"):
        serve(table, aws)


def test_a_stack_from_which_nothing_leads_on_is_told(table: Path, aws: Aws) -> None:
    aws.answer("cloudformation.describe_stacks", described("UPDATE_IN_PROGRESS"))
    with pytest.raises(LaunchFailed, match="is being changed"):
        serve(table, aws)
