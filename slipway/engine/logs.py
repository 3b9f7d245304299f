"""Writing to CloudWatch Logs under a caller's own permissions."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine.errors import AwsError

if TYPE_CHECKING:
    from slipway.engine.caller import Caller

_FLUSH_SECONDS = 0.3
_BATCH_EVENTS = 1000
_EVENT_BYTES = 250_000


class LogStream:
    """Lines for one log stream, sent in batches, each under what `caller()` gives then: keys end, and a log goes on.

    Group and stream are made when missing, as AWS's agents do; a caller that may not do so loses its logs, which AWS
    does not report either, but `error` then says why.
    """

    def __init__(self, caller: Callable[[], Caller], group: str, stream: str) -> None:
        self.group = group
        self.stream = stream
        self.error = ""
        self._caller = caller
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
                client = self._caller().client("logs")
                self._prepare(client)
                for start in range(0, len(lines), _BATCH_EVENTS):
                    batch = [{"timestamp": at, "message": text} for at, text in lines[start : start + _BATCH_EVENTS]]
                    client.put_log_events(logGroupName=self.group, logStreamName=self.stream, logEvents=batch)
            except (AwsError, BotoCoreError, ClientError) as error:
                self.error = str(error)

    def close(self) -> None:
        """Send the rest."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
        self.flush()

    def _prepare(self, client: Any) -> None:
        if self._ready:
            return
        self._create(client, "create_log_stream", logGroupName=self.group, logStreamName=self.stream)
        self._ready = True

    def _create(self, client: Any, operation: str, **names: str) -> None:
        try:
            getattr(client, operation)(**names)
        except client.exceptions.ResourceAlreadyExistsException:
            return
        except client.exceptions.ResourceNotFoundException:
            # Another stream's first line may have made the group meanwhile.
            with contextlib.suppress(client.exceptions.ResourceAlreadyExistsException):
                client.create_log_group(logGroupName=self.group)
            self._create(client, operation, **names)
