"""The syntax of what JSONPath states refer to: paths, payload templates, intrinsic functions, Choice rules.

docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.services.stepfunctions.definition.finding import SCHEMA, Finding, all_states
from slipway.engine.services.stepfunctions.language import comparisons, intrinsics, paths

_TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Assign")
_PATHS = ("InputPath", "OutputPath", "ItemsPath")
_REFERENCES = ("ResultPath", "SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath")
_REFERENCES_OR_FUNCTIONS = ("ErrorPath", "CausePath", "MaxConcurrencyPath")
_NULLABLE = frozenset({"InputPath", "OutputPath", "ResultPath"})
_CONNECTIVES = ("And", "Or", "Not")
_NEXT_TO_A_RULE = frozenset({"Next", "Comment", "Assign", "Variable"})


def check_references(machine: Mapping[str, Any]) -> Iterator[Finding]:
    """Every field of a JSONPath state that refers to something."""
    for _, state, path, language in all_states(machine):
        if language == "JSONPath":
            yield from _check_paths(state, path)
            yield from _check_templates(state, path)
            for index, rule in enumerate(state.get("Choices", [])):
                yield from _check_rule(rule, f"{path}/Choices/{index}")
            for index, catcher in enumerate(state.get("Catch", [])):
                where = f"{path}/Catch/{index}"
                yield from _check_field(catcher, "ResultPath", where, _reference)
                yield from _check_template(catcher.get("Assign", {}), f"{where}/Assign")


def _check_paths(state: Mapping[str, Any], path: str) -> Iterator[Finding]:
    for names, check in ((_PATHS, paths.parse), (_REFERENCES, _reference), (_REFERENCES_OR_FUNCTIONS, _path_or_call)):
        for name in names:
            yield from _check_field(state, name, path, check)


def _check_field(holder: Mapping[str, Any], name: str, path: str, check: Any) -> Iterator[Finding]:
    value = holder.get(name)
    if name not in holder or (value is None and name in _NULLABLE):
        return
    if not isinstance(value, str):
        yield Finding(SCHEMA, f"{name} must be a string that is a path", f"{path}/{name}")
        return
    try:
        check(value)
    except (paths.PathError, intrinsics.IntrinsicError) as error:
        yield Finding(SCHEMA, str(error), f"{path}/{name}")


def _reference(text: str) -> None:
    """A reference path names one place."""
    if paths.parse(text).places is None:
        raise paths.PathError(f"'{text}' is not a reference path: it may name more than one place")


def _path_or_call(text: str) -> None:
    if text.startswith("States."):
        intrinsics.parse(text)
    else:
        paths.parse(text)


def _check_templates(state: Mapping[str, Any], path: str) -> Iterator[Finding]:
    for name in _TEMPLATES:
        if name in state:
            yield from _check_template(state[name], f"{path}/{name}")


def _check_template(template: Any, path: str) -> Iterator[Finding]:
    if isinstance(template, list):
        for index, item in enumerate(template):
            yield from _check_template(item, f"{path}/{index}")
    if not isinstance(template, Mapping):
        return
    for name, value in template.items():
        if not name.endswith(".$"):
            yield from _check_template(value, f"{path}/{name}")
        elif not isinstance(value, str):
            text = (
                f"The value for the field '{name}' must be a STRING that contains a JSONPath or an intrinsic function"
            )
            yield Finding(SCHEMA, text, f"{path}/{name}")
        else:
            yield from _check_reference(name, value, path)


def _check_reference(name: str, value: str, path: str) -> Iterator[Finding]:
    try:
        _path_or_call(value)
    except (paths.PathError, intrinsics.IntrinsicError) as error:
        text = f"The value for the field '{name}' must be a valid JSONPath or intrinsic function: {error}"
        yield Finding(SCHEMA, text, f"{path}/{name}")


def _check_rule(rule: Any, path: str) -> Iterator[Finding]:
    """A rule has one operator; a comparison has a `Variable`."""
    if not isinstance(rule, Mapping):
        yield Finding(SCHEMA, "A choice rule must be an object", path)
        return
    operators = [name for name in rule if name not in _NEXT_TO_A_RULE]
    if len(operators) != 1 or operators[0] not in (*_CONNECTIVES, *comparisons.OPERATORS):
        named = f", but found {', '.join(operators)}" if operators else ""
        yield Finding(SCHEMA, f"A choice rule must have exactly one comparison operator{named}", path)
        return
    name = operators[0]
    if name in _CONNECTIVES:
        inner = [rule[name]] if name == "Not" else rule[name]
        for index, each in enumerate(inner if isinstance(inner, list) else [inner]):
            yield from _check_rule(each, f"{path}/{name}" if name == "Not" else f"{path}/{name}/{index}")
        return
    yield from _check_comparison(rule, name, path)
    yield from _check_template(rule.get("Assign", {}), f"{path}/Assign")


def _check_comparison(rule: Mapping[str, Any], name: str, path: str) -> Iterator[Finding]:
    if "Variable" not in rule:
        yield Finding(SCHEMA, "The field 'Variable' is required but was missing", path)
    yield from _check_field(rule, "Variable", path, _reference)
    if name.endswith("Path"):
        yield from _check_field(rule, name, path, _reference)
        return
    kind = _kind_of(name)
    if not isinstance(rule[name], kind) or (kind is not bool and isinstance(rule[name], bool)):
        yield Finding(SCHEMA, f"The value of {name} has the wrong type", f"{path}/{name}")


def _kind_of(name: str) -> Any:
    if name.startswith(("Is", "Boolean")):
        return bool
    return (int, float) if name.startswith("Numeric") else str
