"""Saying no by name to what a request asks for and this engine does not execute."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slipway.engine.errors import AwsError


def accept_only(operation: str, params: dict[str, Any], accepted: Iterable[str]) -> None:
    """Refuse the first member that is not below one of the dotted paths in `accepted`.

    A path ends where everything below it is executed or kept (`Environment`); a list's items share their list's path
    (`InputDataConfig.ChannelName`). An allow list, so that what a newer model adds is refused and not skipped.
    """
    paths = frozenset(accepted)
    for path, where in _members(params, "", "", paths):
        if path not in paths:
            raise AwsError("UnsupportedOperation", f"{operation}: {where} is not executed by this engine", status=400)


def _members(value: Any, path: str, where: str, paths: frozenset[str]) -> Iterable[tuple[str, str]]:
    if path in paths:
        return
    if isinstance(value, dict) and (not path or any(known.startswith(f"{path}.") for known in paths)):
        for key, item in value.items():
            yield from _members(item, f"{path}.{key}".lstrip("."), f"{where}.{key}".lstrip("."), paths)
    elif isinstance(value, list) and any(known.startswith(f"{path}.") for known in paths):
        for index, item in enumerate(value):
            yield from _members(item, path, f"{where}[{index}]", paths)
    else:
        yield path, where


def refuse_value(operation: str, where: str, value: object, executed: Iterable[object]) -> None:
    """Refuse `value` at `where` unless it is among the values that are executed."""
    known = list(executed)
    if value not in known:
        allowed = ", ".join(str(item) for item in known)
        raise AwsError(
            "UnsupportedOperation",
            f"{operation}: {where} = {value} is not executed by this engine (executed: {allowed})",
            status=400,
        )
