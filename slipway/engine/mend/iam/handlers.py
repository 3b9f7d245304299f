"""A check before one of MiniStack's IAM operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from slipway.engine import adapter

_SERVICE = "services.iam"
Params = Mapping[str, Any]


@dataclass(frozen=True)
class Refusal:
    """IAM's error: status, code, message."""

    status: int
    code: str
    message: str


Check = Callable[[str, Params], Refusal | None]


def guard(operations: Iterable[str], check: Check) -> None:
    """Ask `check(operation, parameters)` first; what it refuses is answered in its words."""
    handlers = store()._IAM_HANDLERS
    for operation in operations:
        handlers[operation] = _guarded(operation, handlers[operation], check)


def _guarded(operation: str, handler: Callable[[Params], Any], check: Check) -> Callable[[Params], Any]:
    def guarded(params: Params) -> Any:
        refusal = check(operation, params)
        if refusal is None:
            return handler(params)
        return store()._error(refusal.status, refusal.code, refusal.message, ns="iam")

    return guarded


def store() -> Any:
    """MiniStack's module, with its records by name."""
    return adapter.part(_SERVICE)


def value(params: Params, name: str) -> str:
    """A parameter of a Query request, whose values are lists; empty when it is not there."""
    given = params.get(name, "")
    return str(given[0] if isinstance(given, list) and given else given or "")


def principal(params: Params) -> tuple[str, str, dict[str, Any] | None]:
    """Kind, name and record of the role, user or group that a request is about; None when there is no such one."""
    records = store()
    for kind, found in (("Role", records._roles), ("User", records._users), ("Group", records._groups)):
        if name := value(params, f"{kind}Name"):
            return kind, name, found.get(name)
    return "", "", None
