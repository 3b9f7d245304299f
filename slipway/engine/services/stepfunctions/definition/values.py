"""Values of fields that are out of their range, or of another kind than AWS takes.

docs.aws.amazon.com/step-functions/latest/dg/state-task.html
docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.services.stepfunctions.definition.finding import SCHEMA, Finding, all_states

_MOST_SECONDS = 99_999_999
# field: (least, most); a JSONata state may have an expression there.
_WHOLE = {
    "TimeoutSeconds": (1, _MOST_SECONDS),
    "HeartbeatSeconds": (1, _MOST_SECONDS),
    "Seconds": (0, _MOST_SECONDS),
    "MaxConcurrency": (0, 10_000),
}
_RETRIER = {
    "IntervalSeconds": (1, _MOST_SECONDS),
    "MaxAttempts": (0, _MOST_SECONDS),
    "MaxDelaySeconds": (1, 31_622_400),
}
_VARIABLE = re.compile(r"[^\W\d]\w{0,79}")
_TEXTS = ("Comment", "Error", "Cause")


def check_values(machine: Mapping[str, Any]) -> Iterator[Finding]:
    """Every state's numbers, retriers and variables, and the machine's own time limit."""
    yield from _check_whole(machine, {"TimeoutSeconds": _WHOLE["TimeoutSeconds"]}, "", expressions=False)
    for _, state, path, language in all_states(machine):
        yield from _check_whole(state, _WHOLE, path, expressions=language == "JSONata")
        yield from _check_times(state, path)
        yield from _check_retriers(state, path)
        yield from _check_assignments(state, path, language)
        for name in _TEXTS:
            if name in state and not isinstance(state[name], str):
                yield Finding(SCHEMA, f"{name} must be a string", f"{path}/{name}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_whole(
    holder: Mapping[str, Any], fields: Mapping[str, tuple[int, int]], path: str, *, expressions: bool
) -> Iterator[Finding]:
    for name, (least, most) in fields.items():
        value = holder.get(name)
        if value is None or (expressions and isinstance(value, str) and value.startswith("{%")):
            continue
        if not _is_whole(value) or not least <= value <= most:
            yield Finding(SCHEMA, f"{name} must be a whole number from {least} to {most}", f"{path}/{name}")


def _check_times(state: Mapping[str, Any], path: str) -> Iterator[Finding]:
    """Of a field and its `…Path` one at most; a heartbeat is shorter than the time limit."""
    for name in ("TimeoutSeconds", "HeartbeatSeconds", "MaxConcurrency", "Error", "Cause"):
        if name in state and f"{name}Path" in state:
            yield Finding(SCHEMA, f"You cannot specify both {name} and {name}Path", f"{path}/{name}Path")
    timeout, heartbeat = state.get("TimeoutSeconds"), state.get("HeartbeatSeconds")
    if isinstance(timeout, int) and isinstance(heartbeat, int) and heartbeat >= timeout:
        yield Finding(SCHEMA, "HeartbeatSeconds must be smaller than TimeoutSeconds", f"{path}/HeartbeatSeconds")


def _check_retriers(state: Mapping[str, Any], path: str) -> Iterator[Finding]:
    for index, retrier in enumerate(state.get("Retry", [])):
        where = f"{path}/Retry/{index}"
        yield from _check_whole(retrier, _RETRIER, where, expressions=False)
        rate = retrier.get("BackoffRate", 1)
        if isinstance(rate, bool) or not isinstance(rate, int | float) or rate < 1:
            yield Finding(SCHEMA, "BackoffRate must be a number that is at least 1", f"{where}/BackoffRate")
        if retrier.get("JitterStrategy", "NONE") not in ("FULL", "NONE"):
            yield Finding(SCHEMA, "JitterStrategy must be one of FULL, NONE", f"{where}/JitterStrategy")
        interval, longest = retrier.get("IntervalSeconds", 1), retrier.get("MaxDelaySeconds")
        if isinstance(interval, int) and isinstance(longest, int) and longest <= interval:
            yield Finding(SCHEMA, "MaxDelaySeconds must be greater than IntervalSeconds", f"{where}/MaxDelaySeconds")


def _check_assignments(state: Mapping[str, Any], path: str, language: str) -> Iterator[Finding]:
    for holder, where in _assigning(state, path):
        assignments = holder["Assign"]
        if not isinstance(assignments, Mapping):
            yield Finding(SCHEMA, "Assign must be an object", f"{where}/Assign")
            continue
        for name in assignments:
            variable = name.removesuffix(".$") if language == "JSONPath" else name
            if not _VARIABLE.fullmatch(variable) or variable == "states":
                yield Finding(SCHEMA, f"'{variable}' is not a name for a variable", f"{where}/Assign/{name}")
    if language == "JSONPath" and "Assign" in state and "ResultSelector" in state:
        text = "Assign beside ResultSelector is not executed by this engine"
        yield Finding(SCHEMA, text, f"{path}/Assign")


def _assigning(state: Mapping[str, Any], path: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    if "Assign" in state:
        yield state, path
    for member in ("Choices", "Catch"):
        for index, entry in enumerate(state.get(member, [])):
            if "Assign" in entry:
                yield entry, f"{path}/{member}/{index}"
