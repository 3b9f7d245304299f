"""Patch operations that MiniStack would take by the letter: texts for booleans and numbers, entries of lists.

docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Record = dict[str, Any]
Patch = dict[str, Any]
Apply = Callable[[Record, list[Patch]], Record]

_NUMBERS: dict[str, Callable[[str], float]] = {
    "authorizerResultTtlInSeconds": int,
    "canarySettings/percentTraffic": float,
    "minimumCompressionSize": int,
    "quota/limit": int,
    "quota/offset": int,
    "throttle/burstLimit": int,
    "throttle/rateLimit": float,
    "timeoutInMillis": int,
}
_FLAGS = frozenset({"apiKeyRequired", "canarySettings/useStageCache", "disableExecuteApiEndpoint", "enabled"})
_FLAGS_BELOW = ("requestParameters/method.request.", "responseParameters/method.response.")


def apply(original: Apply) -> Apply:
    """The operations applied to a record: values of their own type, lists entry by entry."""

    def applied(record: Record, operations: list[Patch]) -> Record:
        rest = [typed(operation) for operation in operations if not _listed(record, operation)]
        return original(record, rest)

    return applied


def typed(operation: Patch) -> Patch:
    """The operation with a value of the member's type."""
    path, value = str(operation.get("path", "")).strip("/"), operation.get("value")
    if not isinstance(value, str):
        return operation
    if path in _FLAGS or path.startswith(_FLAGS_BELOW):
        return {**operation, "value": value.lower() == "true"}
    return {**operation, "value": _NUMBERS[path](value)} if path in _NUMBERS and value else operation


def _listed(record: Record, operation: Patch) -> bool:
    """Apply an operation on a list, which names the entry in its path or value; whether it was one."""
    place, _, entry = str(operation.get("path", "")).strip("/").partition("/")
    if place == "binaryMediaTypes" and entry:
        record[place] = _with(record.get(place) or [], _decoded(entry), operation)
    elif place == "endpointConfiguration" and entry.startswith("types/"):
        types = (record.get(place) or {}).get("types") or []
        record[place] = {**(record.get(place) or {}), "types": _with(types, entry.removeprefix("types/"), operation)}
    elif place == "apiStages" and not entry:
        record[place] = _stages(record.get(place) or [], operation)
    elif place == "apiStages":
        _throttle(record.get(place) or [], entry, str(operation.get("value")))
    else:
        return False
    return True


def _decoded(step: str) -> str:
    """A step of a JSON pointer (RFC 6901)."""
    return step.replace("~1", "/").replace("~0", "~")


def _with(entries: list[str], entry: str, operation: Patch) -> list[str]:
    rest = [each for each in entries if each != entry]
    if operation.get("op") == "remove":
        return rest
    return [*rest, str(operation["value"]) if operation.get("op") == "replace" else entry]


def _stages(stages: list[Record], operation: Patch) -> list[Record]:
    """The stages of a usage plan, which an operation writes `<api id>:<stage>`."""
    api_id, _, name = str(operation.get("value")).partition(":")
    rest = [stage for stage in stages if (stage["apiId"], stage["stage"]) != (api_id, name)]
    return rest if operation.get("op") == "remove" else [*rest, {"apiId": api_id, "stage": name}]


def _throttle(stages: list[Record], path: str, value: str) -> None:
    """`<api id>:<stage>/throttle/<path>/<verb>/<limit>`."""
    served, _, place = path.partition("/throttle/")
    method, _, limit = place.rpartition("/")
    for stage in stages:
        if f"{stage['apiId']}:{stage['stage']}" == served:
            limits = stage.setdefault("throttle", {}).setdefault(_decoded(method), {})
            limits[limit] = _NUMBERS[f"throttle/{limit}"](value)
