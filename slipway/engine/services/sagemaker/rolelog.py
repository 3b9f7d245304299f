"""A log stream that outlives its role's session."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from slipway.engine.logs import LogStream
from slipway.engine.services.sagemaker.service import role_caller

if TYPE_CHECKING:
    from slipway.engine.engine import Engine


class RoleLog:
    """Lines to one CloudWatch log stream under `role_arn`, however long the writer lives.

    A role's session ends after an hour, an endpoint does not: the stream is opened again under each new session.
    """

    def __init__(self, engine: Engine, role_arn: str, group: str, stream: str) -> None:
        self.group = group
        self.stream = stream
        self._engine = engine
        self._role_arn = role_arn
        self._caller = role_caller(engine, role_arn)
        self._log = LogStream(self._caller, group, stream)
        self._lock = threading.Lock()

    def write(self, line: str) -> None:
        """Add one line."""
        with self._lock:
            caller = role_caller(self._engine, self._role_arn)
            if caller is not self._caller:
                self._log.close()
                self._caller, self._log = caller, LogStream(caller, self.group, self.stream)
            self._log.write(line)

    def close(self) -> None:
        """Send what is waiting."""
        self._log.close()
