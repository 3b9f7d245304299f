"""An execution's history and its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slipway.engine.integrations.task import TaskCancelled, TaskFailed
from slipway.engine.services.stepfunctions.history import MOST_EVENTS, History
from slipway.engine.store import Database, Store

pytestmark = pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html")


def test_the_last_of_the_25000_events_is_the_end(tmp_path: Path) -> None:
    table = Store(Database(tmp_path / "db"), "stepfunctions").table("history")
    told: list[Any] = []
    history = History(table, told.append)
    history._count = MOST_EVENTS - 2
    assert history.add("PassStateEntered", name="A") == 24_999
    with pytest.raises(TaskFailed, match="maximum number of history events \\(25000\\)"):
        history.add("PassStateExited", name="A")
    assert history.add("ExecutionFailed") == 25_000
    assert [event["type"] for event in told] == ["PassStateEntered", "ExecutionFailed"]


def test_after_the_end_nothing_is_added(tmp_path: Path) -> None:
    history = History(Store(Database(tmp_path / "db"), "stepfunctions").table("history"), lambda _event: None)
    history.add("ExecutionAborted")
    with pytest.raises(TaskCancelled):
        history.add("PassStateEntered")
