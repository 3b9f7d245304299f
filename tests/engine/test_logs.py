"""Logs that the engine's services write under a caller's own permissions."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from slipway.engine.logs import LogStream
from tests.engine.conftest import RunningEngine
from tests.engine.mend.account import log

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html"
)
_GROUP = "/tests/first-lines"


class Together:
    """A caller whose first `CreateLogStream` is sent when that of another one is."""

    def __init__(self, engine: RunningEngine, meeting: threading.Barrier) -> None:
        self._logs = engine.client("logs")
        self._meeting = meeting
        self._first = True

    def client(self, _: str) -> Any:
        return self

    def create_log_stream(self, **names: str) -> None:
        first, self._first = self._first, False
        try:
            self._logs.create_log_stream(**names)
        finally:
            if first:
                self._meeting.wait(60)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._logs, name)


def test_two_streams_begin_in_a_group_that_is_not_there(engine: RunningEngine) -> None:
    meeting = threading.Barrier(2)
    streams = [LogStream(lambda: Together(engine, meeting), _GROUP, name) for name in ("one", "two")]  # type: ignore[arg-type, return-value]
    for stream in streams:
        stream.write(f"first line of {stream.stream}")
    flushing = [threading.Thread(target=stream.flush) for stream in streams]
    for thread in flushing:
        thread.start()
    for thread in flushing:
        thread.join()
    assert [stream.error for stream in streams] == ["", ""]
    assert sorted(log(engine, _GROUP)) == ["first line of one", "first line of two"]
