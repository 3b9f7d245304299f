"""What the interpreter takes from MiniStack's Step Functions: its records, and its two query languages.

The only module here that knows private names of MiniStack's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from slipway.engine import adapter
from slipway.engine.integrations.task import TaskFailed

MODULE = "services.stepfunctions"
Record = dict[str, Any]
Context = dict[str, Any]


def _part() -> Any:
    return adapter.part(MODULE)


def execution(arn: str) -> Record | None:
    """An execution's record."""
    found: Record | None = _part()._executions.get(arn)
    return found


def executions() -> list[Record]:
    """Every execution's record, of every region."""
    return list(_part()._executions.all_values())


def machine(arn: str) -> Record | None:
    """A state machine's record."""
    found: Record | None = _part()._state_machines.get(arn)
    return found


def task_tokens() -> dict[str, Any]:
    """The tasks that wait for a callback, by token."""
    tokens: dict[str, Any] = _part()._task_tokens
    return tokens


def error_response(code: str, message: str) -> Any:
    """An error answer of the JSON protocol."""
    return _part().error_response_json(code, message, 400)


def json_response(body: Record) -> Any:
    """An answer of the JSON protocol."""
    return _part().json_response(body)


@contextmanager
def _failures() -> Iterator[None]:
    """MiniStack's own exception as ours."""
    try:
        yield
    except _part()._ExecutionError as error:
        raise TaskFailed(error.error, error.cause) from error


def evaluate(template: Any, state_input: Any, context: Context, result: Any = None, error: Any = None) -> Any:
    """A JSONata template: every `{% … %}` in it replaced by its value."""
    with _failures():
        return _part()._apply_jsonata_template(template, state_input, context, result, error)


def field(state: Record, name: str, kind: str, state_input: Any, context: Context) -> Any:
    """A field that may be a JSONata expression and must give a `number`, a `string`, an `array`, …"""
    with _failures():
        return _part()._jsonata_state_field(state, name, kind, state_input, context)


def jsonata_choice(choice: Record, state_input: Any, context: Context) -> bool:
    """Whether a JSONata choice rule holds."""
    with _failures():
        return bool(_part()._evaluate_jsonata_choice_rule(choice, state_input, context))


def jsonpath_choice(choice: Record, effective: Any, context: Context) -> bool:
    """Whether a JSONPath choice rule holds."""
    with _failures():
        return bool(_part()._evaluate_rule(choice, effective, context))


def jsonpath_input(state: Record, state_input: Any, context: Context) -> Any:
    """The input after `InputPath`."""
    with _failures():
        return _part()._apply_input_path(state, state_input, context)


def jsonpath_parameters(state: Record, effective: Any, context: Context) -> Any:
    """The effective input after `Parameters`."""
    with _failures():
        return _part()._apply_parameters(state, effective, context)


def jsonpath_template(template: Any, effective: Any, context: Context) -> Any:
    """A payload template with its `.$` fields resolved."""
    with _failures():
        return _part()._resolve_params_obj(template, effective, context)


def jsonpath_value(path: str, effective: Any, context: Context) -> Any:
    """The value at a reference path of the input, or of the context object (`$$.`)."""
    with _failures():
        return _part()._resolve_path_or_ctx(path, effective, context)


def jsonpath_output(state: Record, state_input: Any, result: Any, context: Context) -> Any:
    """The output after `ResultSelector`, `ResultPath` and `OutputPath`."""
    part = _part()
    with _failures():
        selected = part._apply_result_selector(state, result)
        placed = part._apply_result_path(state, state_input, selected)
        return part._apply_output_path(state, placed, context)


def jsonpath_passed_on(state: Record, effective: Any, context: Context) -> Any:
    """The output of a state without a result: its effective input after `OutputPath`."""
    with _failures():
        return _part()._apply_output_path(state, effective, context)


def place_error(catcher: Record, state_input: Any, error: Record) -> Any:
    """The output of a JSONPath catcher: the error at its `ResultPath`."""
    with _failures():
        return _part()._apply_result_path_raw(catcher.get("ResultPath", "$"), state_input, error)


def fail_state(state: Record, state_input: Any, context: Context) -> tuple[str, str]:
    """The error and the cause of a Fail state."""
    with _failures():
        error, cause = _part()._fail_state_error(state, state_input, context)
        return str(error), str(cause)


def jsonata_syntax(expression: str) -> str:
    """What is wrong with the syntax of a JSONata expression, empty when nothing is."""
    import jsonata

    try:
        jsonata.Jsonata.jsonata(expression)
    except jsonata.jexception.JException as error:
        return str(error)
    return ""
