"""Which fields a machine and its states may and must have.

docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html
docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.services.stepfunctions.definition.finding import SCHEMA, Finding, inner_machines

_MACHINE = frozenset({"Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"})
_INNER = frozenset({"Comment", "ProcessorConfig", "QueryLanguage", "StartAt", "States"})
_COMMON = frozenset({"Type", "Comment", "QueryLanguage"})
_MOVES = frozenset({"Next", "End", "Assign"})
_ERRORS = frozenset({"Retry", "Catch"})
_PATHS = frozenset({"InputPath", "OutputPath"})
_RESULT = frozenset({"Parameters", "ResultPath", "ResultSelector"})
_JSONATA = frozenset({"Output"})
_TIMES = frozenset({"TimeoutSeconds", "HeartbeatSeconds"})
_MAP = frozenset({"ItemProcessor", "Iterator", "ItemSelector", "MaxConcurrency"})

# type: (fields of both languages, of JSONPath only, of JSONata only)
_FIELDS: dict[str, tuple[frozenset[str], frozenset[str], frozenset[str]]] = {
    "Task": (
        _MOVES | _ERRORS | _TIMES | {"Resource"},
        _PATHS | _RESULT | {"TimeoutSecondsPath", "HeartbeatSecondsPath"},
        _JSONATA | {"Arguments"},
    ),
    "Pass": (_MOVES, _PATHS | {"Parameters", "ResultPath", "Result"}, _JSONATA),
    "Choice": (frozenset({"Choices", "Default", "Assign"}), _PATHS, _JSONATA),
    "Wait": (_MOVES | {"Seconds", "Timestamp"}, _PATHS | {"SecondsPath", "TimestampPath"}, _JSONATA),
    "Succeed": (frozenset(), _PATHS, frozenset({"Output"})),
    "Fail": (frozenset({"Error", "Cause"}), frozenset({"ErrorPath", "CausePath"}), frozenset()),
    "Parallel": (_MOVES | _ERRORS | {"Branches"}, _PATHS | _RESULT, _JSONATA | {"Arguments"}),
    "Map": (_MOVES | _ERRORS | _MAP, _PATHS | _RESULT | {"ItemsPath", "MaxConcurrencyPath"}, _JSONATA | {"Items"}),
}
_REQUIRED = {"Task": ("Resource",), "Choice": ("Choices",), "Parallel": ("Branches",)}
_TERMINAL = frozenset({"Choice", "Succeed", "Fail"})
# What AWS has and the engine does not execute.
_REFUSED = {
    "Credentials": "cross-account credentials are",
    "ItemBatcher": "a distributed Map is",
    "ItemReader": "a distributed Map is",
    "Label": "a distributed Map is",
    "ResultWriter": "a distributed Map is",
    "ToleratedFailureCount": "a distributed Map is",
    "ToleratedFailurePercentage": "a distributed Map is",
}
_RETRIER = frozenset(
    {"Comment", "ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy"}
)
_CATCHER = frozenset({"Comment", "ErrorEquals", "Next", "ResultPath", "Output", "Assign"})


def check_machine(machine: Any, path: str = "", language: str = "JSONPath") -> Iterator[Finding]:
    """The fields of a machine and of everything in it."""
    if not isinstance(machine, Mapping):
        yield Finding(SCHEMA, "must be an object", path)
        return
    yield from _unknown(machine, _INNER if path else _MACHINE, path)
    mode = (machine.get("ProcessorConfig") or {}).get("Mode", "INLINE")
    if mode != "INLINE":
        yield _not_executed("a distributed Map is", f"{path}/ProcessorConfig/Mode")
    own = machine.get("QueryLanguage", language)
    if own not in ("JSONPath", "JSONata"):
        yield Finding(SCHEMA, "QueryLanguage must be one of JSONPath, JSONata", f"{path}/QueryLanguage")
    if not isinstance(machine.get("StartAt"), str):
        yield Finding(SCHEMA, "The field 'StartAt' is required but was missing", path)
    if not isinstance(machine.get("States"), Mapping) or not machine["States"]:
        yield Finding(SCHEMA, "The field 'States' is required but was missing or empty", path)
        return
    for name, state in machine["States"].items():
        yield from _check_state(name, state, f"{path}/States/{name}", own)


def _check_state(name: str, state: Any, path: str, language: str) -> Iterator[Finding]:
    if not isinstance(state, Mapping) or not isinstance(state.get("Type"), str):
        yield Finding(SCHEMA, "The field 'Type' is required but was missing", path)
        return
    kind = state["Type"]
    if kind not in _FIELDS:
        yield Finding(SCHEMA, f"Type must be one of {', '.join(sorted(_FIELDS))}, but is {kind}", f"{path}/Type")
        return
    if not 1 <= len(name) <= 80:
        yield Finding(SCHEMA, "A state's name has 1 to 80 characters", path)
    own = state.get("QueryLanguage", language)
    if language == "JSONata" and own == "JSONPath":
        yield Finding(SCHEMA, "A state of a JSONata machine cannot be JSONPath", f"{path}/QueryLanguage")
    both, jsonpath, jsonata = _FIELDS[kind]
    allowed = _COMMON | both | (jsonata if own == "JSONata" else jsonpath)
    yield from _refused(state, path)
    yield from _unknown({key: state[key] for key in state if key not in _REFUSED}, allowed, path, own)
    yield from _required(kind, state, path)
    yield from _check_choices(state, path, own)
    yield from _check_errors(state, path)
    for inner, where in inner_machines(state, path):
        yield from check_machine(inner, where, own)


def _unknown(holder: Mapping[str, Any], allowed: frozenset[str], path: str, language: str = "") -> Iterator[Finding]:
    suffix = f" in a {language} state" if language else ""
    for name in holder:
        if name not in allowed:
            yield Finding(SCHEMA, f"Field '{name}' is not supported{suffix}", f"{path}/{name}")


def _refused(state: Mapping[str, Any], path: str) -> Iterator[Finding]:
    for name, what in _REFUSED.items():
        if name in state:
            yield _not_executed(what, f"{path}/{name}")


def _not_executed(what: str, path: str) -> Finding:
    return Finding(SCHEMA, f"{what} not executed by this engine", path)


def _required(kind: str, state: Mapping[str, Any], path: str) -> Iterator[Finding]:
    for name in _REQUIRED.get(kind, ()):
        if not state.get(name):
            yield Finding(SCHEMA, f"The field '{name}' is required but was missing", path)
    if kind == "Map" and not ({"ItemProcessor", "Iterator"} & set(state)):
        yield Finding(SCHEMA, "The field 'ItemProcessor' is required but was missing", path)
    if kind == "Wait" and len({"Seconds", "SecondsPath", "Timestamp", "TimestampPath"} & set(state)) != 1:
        yield Finding(SCHEMA, "Exactly one of Seconds, SecondsPath, Timestamp, TimestampPath is required", path)
    if kind not in _TERMINAL and ("Next" in state) == bool(state.get("End")):
        yield Finding(SCHEMA, "Exactly one of 'Next' and 'End': true is required", path)


def _check_choices(state: Mapping[str, Any], path: str, language: str) -> Iterator[Finding]:
    needed = "Condition" if language == "JSONata" else "Next"
    for index, choice in enumerate(state.get("Choices", [])):
        for name in {"Next", needed}:
            if name not in choice:
                yield Finding(SCHEMA, f"The field '{name}' is required but was missing", f"{path}/Choices/{index}")


def _check_errors(state: Mapping[str, Any], path: str) -> Iterator[Finding]:
    for member, allowed, needed in (
        ("Retry", _RETRIER, ("ErrorEquals",)),
        ("Catch", _CATCHER, ("ErrorEquals", "Next")),
    ):
        for index, entry in enumerate(state.get(member, [])):
            where = f"{path}/{member}/{index}"
            yield from _unknown(entry, allowed, where)
            for name in needed:
                if not entry.get(name):
                    yield Finding(SCHEMA, f"The field '{name}' is required but was missing", where)
            if "States.ALL" in entry.get("ErrorEquals", []) and len(entry["ErrorEquals"]) > 1:
                yield Finding(SCHEMA, "States.ALL must appear alone", f"{where}/ErrorEquals")
        alls = [
            index for index, entry in enumerate(state.get(member, [])) if "States.ALL" in entry.get("ErrorEquals", [])
        ]
        if alls and alls[0] != len(state[member]) - 1:
            yield Finding(SCHEMA, f"States.ALL must be the last of {member}", f"{path}/{member}/{alls[0]}")
