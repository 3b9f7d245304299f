"""Who may enter a stage."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.services.codepipeline.admission import Verdict, judge

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html")


def execution(mode: str, started: float, arrived: float | None = None, status: str | None = None) -> dict[str, Any]:
    stages = {"Build": {"status": status}} if status else {}
    return {"mode": mode, "at": "Build", "startTime": started, "arrived": arrived, "stages": stages}


MODES = ("SUPERSEDED", "QUEUED", "PARALLEL")


@pytest.mark.parametrize("mode", MODES)
def test_a_free_stage_is_entered(mode: str) -> None:
    assert judge(execution(mode, 1, 1), [], "Build", enabled=True) is Verdict.ENTER


@pytest.mark.parametrize("mode", MODES)
def test_a_disabled_transition_holds_everybody(mode: str) -> None:
    assert judge(execution(mode, 1, 1), [], "Build", enabled=False) is Verdict.WAIT


@pytest.mark.parametrize(("mode", "verdict"), [("SUPERSEDED", "WAIT"), ("QUEUED", "WAIT"), ("PARALLEL", "ENTER")])
def test_an_occupied_stage_is_entered_in_parallel_mode_only(mode: str, verdict: str) -> None:
    inside = execution(mode, 1, status="InProgress")
    assert judge(execution(mode, 2, 2), [inside], "Build", enabled=True) is Verdict[verdict]


def test_a_stage_that_another_has_left_is_free() -> None:
    left = execution("QUEUED", 1, status="Succeeded")
    assert judge(execution("QUEUED", 2, 2), [left], "Build", enabled=True) is Verdict.ENTER


def test_a_newer_execution_supersedes_one_that_waits() -> None:
    newer = execution("SUPERSEDED", 2, 2)
    assert judge(execution("SUPERSEDED", 1, 1), [newer], "Build", enabled=False) is Verdict.SUPERSEDED
    assert judge(newer, [execution("SUPERSEDED", 1, 1)], "Build", enabled=True) is Verdict.ENTER


def test_a_queue_goes_in_as_it_came() -> None:
    first, second = execution("QUEUED", 2, 1), execution("QUEUED", 1, 2)
    assert judge(first, [second], "Build", enabled=True) is Verdict.ENTER
    assert judge(second, [first], "Build", enabled=True) is Verdict.WAIT


def test_an_execution_that_waits_elsewhere_does_not_count() -> None:
    elsewhere = {**execution("SUPERSEDED", 2, 2), "at": "Source"}
    assert judge(execution("SUPERSEDED", 1, 1), [elsewhere], "Build", enabled=True) is Verdict.ENTER
