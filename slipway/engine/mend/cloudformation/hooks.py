"""MiniStack's CloudFormation is one package whose modules import each other's functions by name.

A correction therefore replaces a function in every module that holds it, and fails loudly when none does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slipway.engine import adapter

PACKAGE = "services.cloudformation"
_MODULES = ("engine", "helpers", "custom_resource", "provisioners", "stacks", "changesets", "handlers")


def module(name: str) -> Any:
    """One module of MiniStack's CloudFormation."""
    return adapter.part(f"{PACKAGE}.{name}")


def replace(name: str, make: Callable[[Any], Any]) -> None:
    """Put `make(original)` in the place of a function, in every module that imported it."""
    holders = [holder for holder in map(module, _MODULES) if hasattr(holder, name)]
    if not holders:
        raise AttributeError(f"MiniStack's CloudFormation has no {name} any more: look for its successor")
    replacement = make(getattr(holders[0], name))
    for holder in holders:
        setattr(holder, name, replacement)


def stacks() -> Any:
    """MiniStack's stack records by name, a mapping scoped to the request's account and region."""
    return adapter.part(PACKAGE)._stacks


def stack(name_or_id: str) -> dict[str, Any] | None:
    """A stack's record by its name or its id."""
    found: dict[str, Any] | None = module("handlers")._resolve_stack(name_or_id)
    return found


def events(stack_id: str) -> list[dict[str, Any]]:
    """A stack's events, oldest first."""
    return list(adapter.part(PACKAGE)._stack_events.get(stack_id, ()))


def error(code: str, message: str, status: int = 400) -> Any:
    """An error answer of the Query protocol."""
    return module("helpers")._error(code, message, status)


def parameter(params: dict[str, Any], name: str) -> str:
    """A request parameter, empty when it was not sent."""
    return str(module("helpers")._p(params, name))
