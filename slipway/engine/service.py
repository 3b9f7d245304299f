"""How a service of ours is declared; `docs/engine.md` has an example."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine

Params = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One authenticated and validated API call.

    `params` holds the members that were sent, as Python values (timestamps are `datetime`, blobs `bytes`).
    """

    engine: Engine
    caller: Caller
    service: str
    operation: str
    params: Params
    request_id: str

    @property
    def account(self) -> str:
        """The account's twelve digits."""
        return self.engine.account

    @property
    def region(self) -> str:
        """The region's name."""
        return self.engine.region

    def arn(self, resource: str) -> str:
        """`arn:aws:<service>:<region>:<account>:<resource>`."""
        return self.engine.arn(self.service, resource)


Handler = Callable[[Call], Params | None]
Resource = Callable[[Call], str | list[str]]
Context = Callable[[Call], Mapping[str, Any]]


@dataclass(frozen=True)
class Operation:
    """A declared operation: its handler and what must be allowed before it runs."""

    name: str
    handler: Handler
    action: str
    resource: Resource | None = None
    context: Context | None = None
    passes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HttpRequest:
    """A raw request below a service's own path; `body` yields the body's chunks."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Iterator[bytes]


@dataclass(frozen=True)
class HttpResponse:
    """A raw answer; `body` is sent chunk by chunk."""

    status: int
    headers: Mapping[str, str]
    body: Iterator[bytes] = field(default_factory=lambda: iter(()))


HttpHandler = Callable[["Engine", HttpRequest], HttpResponse]


class Service:
    """A service of ours, named as botocore names it; `iam` is the prefix of its IAM actions, `signing` of its ARNs."""

    def __init__(self, name: str, *, iam: str | None = None) -> None:
        self.name = name
        self.iam = iam or name
        self.operations: dict[str, Operation] = {}
        self.http_handlers: dict[str, HttpHandler] = {}
        self.starters: list[Callable[[Engine], None]] = []
        self.stoppers: list[Callable[[Engine], None]] = []

    def operation(
        self,
        name: str,
        *,
        resource: Resource | None = None,
        action: str | None = None,
        context: Context | None = None,
        passes: Mapping[str, str] | None = None,
    ) -> Callable[[Handler], Handler]:
        """Declare the handler of an operation; the arguments are explained in `docs/engine.md`."""

        def declare(handler: Handler) -> Handler:
            self.operations[name] = Operation(
                name, handler, action or f"{self.iam}:{name}", resource, context, passes or {}
            )
            return handler

        return declare

    def http(self, prefix: str) -> Callable[[HttpHandler], HttpHandler]:
        """Declare a handler of raw HTTP for every path that begins with `prefix`; it authenticates by itself."""

        def declare(handler: HttpHandler) -> HttpHandler:
            self.http_handlers[prefix] = handler
            return handler

        return declare

    def on_start(self, function: Callable[[Engine], None]) -> Callable[[Engine], None]:
        """Call `function` once the engine serves and its state is loaded."""
        self.starters.append(function)
        return function

    def on_stop(self, function: Callable[[Engine], None]) -> Callable[[Engine], None]:
        """Call `function` before the engine ends."""
        self.stoppers.append(function)
        return function
