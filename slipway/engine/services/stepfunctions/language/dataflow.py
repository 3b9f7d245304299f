"""How a state's fields take its input to its output, in either language.

docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

import json
from typing import Any

from slipway.engine.integrations.task import TaskFailed
from slipway.engine.services.stepfunctions.language import jsonata, paths, templates

Record = dict[str, Any]
Context = dict[str, Any]
_NOTHING = object()
# docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html, "Variable limits"
_MOST_BYTES = 256 * 1024
_KINDS: dict[str, Any] = {"number": (int, float), "string": str, "array": list, "boolean": bool}


def is_jsonata(state: Record, context: Context) -> bool:
    """Whether the state's query language is JSONata: its own, else its machine's."""
    return str(state.get("QueryLanguage") or context["QueryLanguage"]) == "JSONata"


def effective_input(state: Record, state_input: Any, context: Context) -> Any:
    """The input after `InputPath`, which JSONata does not have."""
    if is_jsonata(state, context):
        return state_input
    return templates.selected(state.get("InputPath", "$"), state_input, context)


def arguments(state: Record, effective: Any, context: Context) -> Any:
    """What a Task or a Parallel hands on: `Arguments`, or `Parameters`."""
    if is_jsonata(state, context):
        return evaluate(state.get("Arguments", effective), effective, context)
    return templates.fill(state["Parameters"], effective, context) if "Parameters" in state else effective


def evaluate(template: Any, state_input: Any, context: Context, result: Any = _NOTHING, error: Any = None) -> Any:
    """A JSONata template, with `$states` and the variables."""
    states: Record = {"input": state_input, "context": paths.context_object(context)}
    if result is not _NOTHING:
        states["result"] = result
    if error is not None:
        states["errorOutput"] = error
    return jsonata.evaluate(template, {**context["variables"], "states": states})


def typed(state: Record, name: str, kind: str, state_input: Any, context: Context) -> Any:
    """A JSONata field that must give a `number`, a `string`, an `array`, a `boolean`."""
    value = evaluate(state[name], state_input, context)
    if not isinstance(value, _KINDS[kind]) or (kind == "number" and isinstance(value, bool)):
        cause = f"The JSONata expression for the field '{name}' must return a value of type {kind}, but was '{value}'"
        raise TaskFailed(jsonata.ERROR, cause)
    return value


def field(state: Record, name: str, kind: str, effective: Any, context: Context) -> Any:
    """A field as a literal, a JSONata expression, or the value at the path of its `…Path` twin."""
    if f"{name}Path" in state:
        return _path_or_call(state[f"{name}Path"], effective, context)
    if is_jsonata(state, context):
        return typed(state, name, kind, effective, context)
    return state[name]


def _path_or_call(text: str, effective: Any, context: Context) -> Any:
    """`ErrorPath` and `CausePath` may be an intrinsic function."""
    if text.startswith("States."):
        return templates.call(text, effective, context)
    return templates.value_at(text, effective, context)


def output(state: Record, state_input: Any, result: Any, context: Context) -> Any:
    """The output of a state with a result; its variables are set, all from the values before any of them."""
    if is_jsonata(state, context):
        made = evaluate(state["Output"], state_input, context, result) if "Output" in state else result
        _set(context, evaluate(state.get("Assign", {}), state_input, context, result))
        return made
    _set(context, templates.fill(state.get("Assign", {}), result, context))
    if "ResultSelector" in state:
        result = templates.fill(state["ResultSelector"], result, context)
    placed = templates.placed(state.get("ResultPath", "$"), state_input, result)
    return templates.selected(state.get("OutputPath", "$"), placed, context)


def passed_on(state: Record, effective: Any, context: Context, rule: Record | None = None) -> Any:
    """The output of a state without a result; a Choice's rule has an `Output` and an `Assign` of its own."""
    holder = state if rule is None else rule
    if is_jsonata(state, context):
        made = evaluate(holder["Output"], effective, context) if "Output" in holder else effective
        _set(context, evaluate(holder.get("Assign", {}), effective, context))
        return made
    _set(context, templates.fill(holder.get("Assign", {}), effective, context))
    return templates.selected(state.get("OutputPath", "$"), effective, context)


def caught(state: Record, catcher: Record, state_input: Any, error: Record, context: Context) -> Any:
    """The output of a catcher; its variables are set."""
    if is_jsonata(state, context):
        made = evaluate(catcher["Output"], state_input, context, error=error) if "Output" in catcher else error
        _set(context, evaluate(catcher.get("Assign", {}), state_input, context, error=error))
        return made
    _set(context, templates.fill(catcher.get("Assign", {}), error, context))
    return templates.placed(catcher.get("ResultPath", "$"), state_input, error)


def _set(context: Context, assigned: Record) -> None:
    """Set variables; the state's exit tells which. All that one state sets is 256 KiB at most."""
    size = len(json.dumps(assigned, separators=(",", ":"), ensure_ascii=False).encode()) if assigned else 0
    if size > _MOST_BYTES:
        raise TaskFailed("States.DataLimitExceeded", f"The variables of 'Assign' have {size} bytes, more than 256 KiB")
    context["variables"].update(assigned)
    context["assigned"].update(assigned)
