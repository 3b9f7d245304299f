"""The engine's own state and tools, handed to every service."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.engine.authorization import Authorization
from slipway.engine.changes import Changes
from slipway.engine.clock import Clock
from slipway.engine.deliveries import Deliveries
from slipway.engine.faults.jobs import Killer
from slipway.engine.faults.rules import Rules
from slipway.engine.journal import Journal
from slipway.engine.processes import Processes
from slipway.engine.snapshots import Snapshots
from slipway.engine.store import Database, Store

if TYPE_CHECKING:
    from slipway.engine.caller import Caller

ACCOUNT = "111122223333"


class Engine:
    """One embedded AWS: an account in a region, behind one URL, with its state below `home`."""

    def __init__(self, home: Path, port: int, region: str, clock: Clock, *, strict: bool = False) -> None:
        self.home = home
        self.port = port
        self.region = region
        self.account = ACCOUNT
        self.url = f"http://127.0.0.1:{port}"
        self.clock = clock
        # Whether a template with properties that have no effect here is refused instead of warned about.
        self.strict = strict
        self.journal = Journal(home / "journal.jsonl")
        self.authorization = Authorization(self)
        self.stopping = threading.Event()
        # Only this process knows it: by it a call that names the services which it comes through shows that it is ours.
        self.forwarding_secret = secrets.token_hex(16)
        self.changes = Changes()
        self._database = Database(home / "state" / "slipway.db")
        self.faults = Rules(self.store("faults"), self.journal)
        self.processes = Processes(home / "processes", Killer(self.faults).started)
        self.snapshots = Snapshots(self._database)
        self.deliveries = Deliveries(self)

    def arn(self, service: str, resource: str) -> str:
        """`arn:aws:<service>:<region>:<account>:<resource>`."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def store(self, service: str) -> Store:
        """The durable tables of a service."""
        return Store(self._database, service)

    def as_role(self, role_arn: str, principal: str, session_name: str, source_arn: str = "") -> Caller:
        """A session of `role_arn` for the service `principal`; AccessDenied when the role does not trust it."""
        return self.authorization.as_role(role_arn, principal, session_name, source_arn)

    def as_service(self, principal: str, source_arn: str = "") -> Caller:
        """An AWS service principal as a caller, on behalf of `source_arn`."""
        return self.authorization.as_service(principal, source_arn)

    def spawn(self, name: str, function: Callable[..., None], *args: Any) -> threading.Thread:
        """Run `function` in a daemon thread called `name`."""
        thread = threading.Thread(target=function, args=args, name=name, daemon=True)
        thread.start()
        return thread

    def emit(self, source: str, detail_type: str, detail: dict[str, Any], resources: list[str]) -> None:
        """Put an event of an AWS service on the default bus, as that service does."""
        from slipway.engine import events

        events.emit(self, source, detail_type, detail, resources)

    def close(self) -> None:
        """Flush and close files."""
        self.journal.close()
        self._database.close()


_current: list[Engine] = []


def set_current(engine: Engine) -> None:
    """Make `engine` the process's engine; MiniStack's state is module globals, so there is one a process."""
    _current[:] = [engine]


def current() -> Engine:
    """The process's engine, for corrections of MiniStack that are called without one."""
    return _current[0]
