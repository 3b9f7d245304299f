"""What the engine and the install's programs write, looked through for tracebacks."""

from __future__ import annotations

import time
from typing import Any

from slipway.local import LocalEngine
from tests.end_to_end.plant import STACK

_TRACEBACK = "Traceback (most recent call last)"
_SHOWN = 3000


class Watch:
    """Follows the logs of one engine from now on."""

    def __init__(self, engine: LocalEngine, logs: Any) -> None:
        self._logs = logs
        self._log = engine.home / "engine.log"
        self._read = self._log.stat().st_size
        self._since = int(time.time() * 1000)

    def of_engine(self) -> list[str]:
        """New tracebacks in the engine's log."""
        if self._log.stat().st_size <= self._read:
            return []
        with self._log.open(encoding="utf-8", errors="replace") as lines:
            lines.seek(self._read)
            text = lines.read()
            self._read = lines.tell()
        return [f"engine.log: {text[text.index(_TRACEBACK) :][-_SHOWN:]}"] if _TRACEBACK in text else []

    def of_programs(self) -> list[str]:
        """New tracebacks in the logs of the install's programs; the fuzz's own may fail as they like."""
        found, now = [], int(time.time() * 1000)
        for page in self._logs.get_paginator("describe_log_groups").paginate():
            for group in (group["logGroupName"] for group in page["logGroups"]):
                if STACK in group or group.startswith("/aws/sagemaker/"):
                    found += self._in_group(group)
        self._since = now
        return found

    def _in_group(self, group: str) -> list[str]:
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=self._since, filterPattern='"Traceback"'
        )
        return [f"{group}: {event['message'][:_SHOWN]}" for page in pages for event in page["events"]]
