"""Writing to CloudWatch Logs under a caller's own permissions."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from slipway.engine.caller import Caller

_FLUSH_SECONDS = 0.3
_BATCH_EVENTS = 1000
_EVENT_BYTES = 250_000


class LogStream:
    """Lines for one log stream, sent in batches.

    Group and stream are made when missing, as AWS's agents do; a caller that may not do so loses its logs, which AWS
    does not report either, but `error` then says why.
    """

    def __init__(self, caller: Caller, group: str, stream: str) -> None:
        self.group = group
        self.stream = stream
        self.error = ""
        self._client = caller.client("logs")
        self._lines: list[tuple[int, str]] = []
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._ready = False
        self._timer: threading.Timer | None = None

    def write(self, text: str) -> None:
        """Add one line; it is sent within a fraction of a second."""
        with self._lock:
            self._lines.append((int(time.time() * 1000), text[:_EVENT_BYTES] or " "))
            if self._timer is None:
                self._timer = threading.Timer(_FLUSH_SECONDS, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Send what is waiting."""
        with self._flushing:
            with self._lock:
                lines, self._lines, self._timer = self._lines, [], None
            try:
                self._prepare()
                for start in range(0, len(lines), _BATCH_EVENTS):
                    batch = [{"timestamp": at, "message": text} for at, text in lines[start : start + _BATCH_EVENTS]]
                    self._client.put_log_events(logGroupName=self.group, logStreamName=self.stream, logEvents=batch)
            except (BotoCoreError, ClientError) as error:
                self.error = str(error)

    def close(self) -> None:
        """Send the rest."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
        self.flush()

    def _prepare(self) -> None:
        if self._ready:
            return
        self._create("create_log_stream", logGroupName=self.group, logStreamName=self.stream)
        self._ready = True

    def _create(self, operation: str, **names: str) -> None:
        try:
            getattr(self._client, operation)(**names)
        except self._client.exceptions.ResourceAlreadyExistsException:
            return
        except self._client.exceptions.ResourceNotFoundException:
            self._client.create_log_group(logGroupName=self.group)
            self._create(operation, **names)
