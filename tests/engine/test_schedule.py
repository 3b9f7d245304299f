"""Work that is due at a moment."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

import pytest

from slipway.engine.schedule import Schedule
from tests.engine.mend.account import eventually

pytestmark = pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html")


class Stub:
    """As much of an engine as a schedule needs."""

    def __init__(self) -> None:
        self.stopping = threading.Event()

    def spawn(self, _name: str, function: Any) -> None:
        threading.Thread(target=function, daemon=True).start()


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def schedule(done: list[str]) -> Any:
    def work(key: str) -> None:
        if key == "broken":
            raise ValueError("no")
        done.append(key)

    stub = Stub()
    yield Schedule(stub, "tests", work, 1)  # type: ignore[arg-type]
    stub.stopping.set()


def test_work_is_done_when_it_is_due_and_not_in_the_order_in_which_it_came(schedule: Any, done: list[str]) -> None:
    schedule.put("later", time.time() + 0.3)
    schedule.put("never", time.time() + 3600)
    schedule.put("now")
    assert eventually(lambda: len(done) == 2)
    assert done == ["now", "later"]


def test_a_fault_is_told_and_stops_nothing(schedule: Any, done: list[str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "slipway"):
        schedule.put("broken")
        schedule.put("next")
        assert eventually(lambda: done == ["next"])
    assert "tests: broken failed" in caplog.text
