"""Payload templates and paths of JSONPath states, with the errors that AWS names.

docs.aws.amazon.com/step-functions/latest/dg/input-output-inputpath-params.html
docs.aws.amazon.com/step-functions/latest/dg/input-output-resultpath.html
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from slipway.engine.integrations.task import TaskFailed
from slipway.engine.services.stepfunctions.language import intrinsics, paths

Context = dict[str, Any]


def fill(template: Any, data: Any, context: Mapping[str, Any]) -> Any:
    """A payload template with every `.$` field replaced by what its path or intrinsic function gives."""
    if isinstance(template, list):
        return [fill(item, data, context) for item in template]
    if not isinstance(template, Mapping):
        return template
    return dict(_field(name, value, data, context) for name, value in template.items())


def _field(name: str, value: Any, data: Any, context: Mapping[str, Any]) -> tuple[str, Any]:
    if not name.endswith(".$"):
        return name, fill(value, data, context)
    if value.startswith("States."):
        return name[:-2], call(value, data, context)
    try:
        return name[:-2], copy.deepcopy(paths.parse(value).find(data, context))
    except paths.NothingThere as error:
        cause = (
            f"The JSONPath '{value}' specified for the field '{name}' could not be found in the input '{_text(data)}'"
        )
        raise TaskFailed("States.ParameterPathFailure", cause) from error


def call(text: str, data: Any, context: Mapping[str, Any]) -> Any:
    """What an intrinsic function gives."""
    try:
        return copy.deepcopy(intrinsics.parse(text)(data, context))
    except (intrinsics.IntrinsicError, paths.NothingThere) as error:
        raise TaskFailed(
            "States.IntrinsicFailure", f"The function '{text}' had the following error: {error}"
        ) from error


def value_at(path: str, data: Any, context: Mapping[str, Any]) -> Any:
    """What a path of a state's field finds."""
    try:
        return paths.parse(path).find(data, context)
    except paths.NothingThere as error:
        raise TaskFailed("States.Runtime", f"Invalid path '{path}': nothing was found in '{_text(data)}'") from error


def selected(path: str | None, data: Any, context: Mapping[str, Any]) -> Any:
    """The part of the data that `InputPath` or `OutputPath` keeps; null keeps an empty object."""
    return {} if path is None else value_at(path, data, context)


def placed(path: str | None, state_input: Any, result: Any) -> Any:
    """A state's input with its result at `ResultPath`; null drops the result."""
    if path is None:
        return state_input
    places = paths.parse(path).places or ()
    if not places:
        return result
    output = copy.deepcopy(state_input)
    if isinstance(places[0], str) and not isinstance(output, dict):
        cause = f"Unable to apply ReferencePath {path} to input {_text(state_input)}"
        raise TaskFailed("States.ResultPathMatchFailure", cause)
    _put(output, places, result, path)
    return output


def _put(holder: Any, places: tuple[str | int, ...], value: Any, path: str) -> None:
    """Put `value` where the places lead, making the objects on the way; an index must exist."""
    place, rest = places[0], places[1:]
    fits = isinstance(holder, dict) if isinstance(place, str) else isinstance(holder, list) and place < len(holder)
    if not fits:
        cause = f"Unable to apply ReferencePath {path} to input {_text(holder)}"
        raise TaskFailed("States.ResultPathMatchFailure", cause)
    if not rest:
        holder[place] = value
        return
    if isinstance(place, str) and not isinstance(holder.get(place), dict | list):
        holder[place] = {}
    _put(holder[place], rest, value, path)


def _text(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)
